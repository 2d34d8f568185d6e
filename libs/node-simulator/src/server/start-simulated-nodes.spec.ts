import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Shell } from '../testing/shell.js';
import { startSimulatedNodes, type SimulatedNodes } from './start-simulated-nodes.js';

const LVM = '/usr/sbin/lvm';
const G = 'gluster --mode=script --timeout=600';
const MNT = '/var/lib/heketi/mounts/vg_d/brick_b';
const DEV = '/dev/mapper/vg_d-brick_b';

async function makeBrick(shell: Shell): Promise<void> {
  await shell.ok(`${LVM} pvcreate -qq --metadatasize=128M --dataalignment=256K /dev/vdb`);
  await shell.ok(`${LVM} vgcreate -qq --physicalextentsize=4M --autobackup=n vg_d /dev/vdb`);
  await shell.ok(
    `${LVM} lvcreate -qq --autobackup=n --poolmetadatasize 8192K --chunksize 256K --size 1048576K --thin vg_d/tp_b --virtualsize 1048576K --name brick_b`,
  );
  await shell.ok(`mkfs.xfs -i size=512 -n size=8192 ${DEV}`);
  await shell.ok(`mkdir -p ${MNT}`);
  await shell.ok('flock -w 60 /run/lock/brickyard-fstab.lock tee -a /etc/fstab', `${DEV} ${MNT} xfs rw,nouuid 1 2\n`);
  await shell.ok(`mount -o rw,inode64,noatime,nouuid ${DEV} ${MNT}`);
  await shell.ok(`mkdir -p ${MNT}/brick`);
}

async function dropBrick(shell: Shell): Promise<void> {
  await shell.ok(`umount ${MNT}`);
  await shell.ok("flock -w 60 /run/lock/brickyard-fstab.lock sed -i '/brick_b/d' /etc/fstab");
  await shell.ok(`${LVM} lvremove --autobackup=n -f vg_d/brick_b`);
  await shell.ok(`${LVM} lvremove --autobackup=n -f vg_d/tp_b`);
  await shell.ok(`rmdir ${MNT}`);
  await shell.ok('rmdir /var/lib/heketi/mounts/vg_d');
  await shell.ok('rmdir /var/lib/heketi/mounts');
  await shell.ok(`${LVM} vgremove -qq vg_d`);
  await shell.ok(`${LVM} pvremove -qq /dev/vdb`);
}

describe('simulated nodes over SSH', () => {
  let nodes: SimulatedNodes;
  let shells: Shell[];

  beforeEach(async () => {
    nodes = await startSimulatedNodes({ count: 3, deviceSizeGiB: 20, timeScale: 0.005 });
    shells = await Promise.all(nodes.nodes.map((node) => Shell.open(nodes, node.manageHost)));
  });

  afterEach(async () => {
    for (const shell of shells) shell.end();
    await nodes.close();
  });

  it('carries a replica 3 volume from empty disks to empty disks', async () => {
    const before = nodes.snapshot();
    const [first] = shells as [Shell];
    for (const shell of shells) await makeBrick(shell);
    for (const { storageHost } of nodes.nodes.slice(1)) await first.ok(`${G} peer probe ${storageHost}`);
    const bricks = nodes.nodes.map(({ storageHost }) => `${storageHost}:${MNT}/brick`).join(' ');
    await first.ok(`${G} volume create v1 replica 3 ${bricks}`);
    await first.ok(`${G} volume set v1 user.heketi.id abc`);
    await first.ok(`${G} volume start v1`);
    expect(await shells[2]!.ok(`${G} volume info v1 --xml`)).toContain('<typeStr>Replicate</typeStr>');
    expect(nodes.nodes[1]!.snapshot().glusterVolumes).toMatchObject([
      { name: 'v1', started: true, options: { 'user.heketi.id': 'abc' } },
    ]);
    const busy = await first.run(`umount ${MNT}`);
    expect(busy).toEqual({ exitCode: 32, stdout: '', stderr: `umount: ${MNT}: target is busy.\n` });
    await first.ok(`${G} volume stop v1 force`);
    await first.ok(`${G} volume delete v1`);
    for (const shell of shells) await dropBrick(shell);
    for (const { storageHost } of nodes.nodes.slice(1)) await first.ok(`${G} peer detach ${storageHost}`);
    expect(nodes.snapshot()).toEqual(before);
  });
});
