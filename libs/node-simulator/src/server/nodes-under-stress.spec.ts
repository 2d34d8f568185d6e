import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Shell } from '../testing/shell.js';
import type { SimulatedNode } from './simulated-node.js';
import { startSimulatedNodes, type SimulatedNodes } from './start-simulated-nodes.js';

const G = 'gluster --mode=script --timeout=600';
/** 60 s of `timeout` are 300 ms here. */
const TIME_SCALE = 0.005;

let nodes: SimulatedNodes;
let node: SimulatedNode;
let shell: Shell;

beforeEach(async () => {
  nodes = await startSimulatedNodes({ count: 2, timeScale: TIME_SCALE });
  node = nodes.node('node1');
  shell = await Shell.open(nodes, node.manageHost);
});

afterEach(async () => {
  shell.end();
  await nodes.close();
});

const again = () => Shell.open(nodes, node.manageHost);
const made = () => node.snapshot().folders.includes('/mnt/a');

describe('faults', () => {
  it('fails the nth matching command, as often as asked', async () => {
    const handle = node.faults.add({
      match: /^mkdir/,
      nth: 2,
      times: 2,
      action: { kind: 'fail', exitCode: 1, stderr: 'no\n' },
    });
    const codes = [];
    for (const name of ['a', 'b', 'c', 'd']) codes.push((await shell.run(`mkdir -p /mnt/${name}`)).exitCode);
    expect(codes).toEqual([0, 1, 1, 0]);
    expect(handle.hits).toBe(2);
    expect(node.snapshot().folders).not.toContain('/mnt/b');
    expect(node.commands.map(({ line, exitCode }) => [line, exitCode])).toContainEqual(['mkdir -p /mnt/b', 1]);
  });

  it.each([
    ['drop-before', false],
    ['drop-after', true],
  ] as const)('%s: the connection breaks, took effect: %s', async (kind, effect) => {
    node.faults.add({ match: /^mkdir/, action: { kind } });
    await shell.run('mkdir -p /mnt/a');
    await shell.closed;
    expect(made()).toBe(effect);
    expect(node.commands.at(-1)).toMatchObject({ line: 'mkdir -p /mnt/a', exitCode: null });
    shell = await again();
    expect(await shell.run('true')).toMatchObject({ exitCode: 0 });
  });

  it('drop-midway leaves half of the work', async () => {
    await shell.ok('/usr/sbin/lvm vgcreate -qq vg_d /dev/vdb');
    node.faults.add({ match: /lvcreate/, action: { kind: 'drop-midway' } });
    await shell.run('/usr/sbin/lvm lvcreate --size 1G --thin vg_d/tp_a --virtualsize 1G --name brick_a');
    expect(node.snapshot()).toMatchObject({ thinPools: [{ name: 'tp_a', thinCount: 0 }], logicalVolumes: [] });
  });

  it('hangs until it is released', async () => {
    const handle = node.faults.add({ match: /^mkdir/, action: { kind: 'hang' } });
    const answer = shell.run('mkdir -p /mnt/a');
    await handle.firstHit;
    expect(made()).toBe(false);
    handle.release();
    expect(await answer).toMatchObject({ exitCode: 0 });
    expect(made()).toBe(true);
  });

  it('ends what hangs when its own timeout has passed, without effect', async () => {
    node.faults.add({ match: /mkdir/, action: { kind: 'hang' } });
    expect(await shell.run('timeout --kill-after=10s 2s mkdir -p /mnt/a')).toMatchObject({ exitCode: 124 });
    expect(made()).toBe(false);
  });

  it('forgets what hangs when the connection closes', async () => {
    const handle = node.faults.add({ match: /^mkdir/, action: { kind: 'hang' } });
    const answer = shell.run('mkdir -p /mnt/a').catch(() => null);
    await handle.firstHit;
    shell.end();
    await answer;
    await expect.poll(() => node.commands.at(-1)?.line).toBe('mkdir -p /mnt/a');
    handle.release();
    expect(made()).toBe(false);
  });

  it('lets glusterd finish what its command line did not wait for, and nothing else', async () => {
    node.faults.add({ match: /probe|mkdir/, times: 2, action: { kind: 'delay', delayMs: 40 } });
    const late = `timeout 1s ${G} peer probe ${nodes.node('node2').storageHost}`;
    expect(await shell.run(late)).toMatchObject({ exitCode: 124 });
    expect(await shell.run('timeout 1s mkdir -p /mnt/a')).toMatchObject({ exitCode: 124 });
    expect(node.snapshot().peers).toEqual([]);
    await expect.poll(() => node.snapshot().peers).toEqual([nodes.node('node2').storageHost]);
    expect(made()).toBe(false);
  });

  it('sends away whoever wants a volume that another command has', async () => {
    const handle = node.faults.add({ match: /volume start v/, action: { kind: 'hang' } });
    const first = shell.run(`${G} volume start v`);
    await handle.firstHit;
    expect(await shell.run(`${G} volume set v user.x y`)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'volume set: failed: Another transaction is in progress for v. Please try again after some time.\n',
    });
    handle.release();
    await first;
    expect((await shell.run(`${G} volume set v user.x y`)).stderr).toContain('Volume v does not exist');
  });
});

describe('a node that goes away', () => {
  const refusedConnection = { code: 'ECONNREFUSED' };

  it('refuses connections, breaks those that are open, and comes back on its port', async () => {
    await shell.ok(`${G} peer probe ${nodes.node('node2').storageHost}`);
    await node.setDown(true);
    await shell.closed;
    await expect(again()).rejects.toMatchObject(refusedConnection);
    const other = await Shell.open(nodes, nodes.node('node2').manageHost);
    expect(await other.ok(`${G} pool list --xml`)).toContain('<connected>0</connected>');
    other.end();
    await node.setDown(false);
    shell = await again();
    expect(await shell.ok(`${G} pool list --xml`)).not.toContain('<connected>0</connected>');
  });

  it.each([
    ['the power goes', false, (away: boolean) => node.setDown(away)],
    ['only the network goes', true, (away: boolean) => node.setPartitioned(away)],
  ])('when %s, what runs is finished: %s', async (_, finished, setAway) => {
    const handle = node.faults.add({ match: /mkdir/, action: { kind: 'delay', delayMs: 150 } });
    void shell.run('mkdir -p /mnt/a').catch(() => null);
    await handle.firstHit;
    await setAway(true);
    await setAway(false);
    expect(made()).toBe(false);
    await expect.poll(() => node.commands.length).toBe(1);
    expect(made()).toBe(finished);
  });

  it('mounts at boot what fstab names, and only that', async () => {
    const mounted = (name: string) => `/mnt/${name}`;
    await shell.ok('/usr/sbin/lvm vgcreate -qq vg_d /dev/vdb');
    for (const name of ['a', 'b']) {
      await shell.ok(`/usr/sbin/lvm lvcreate --size 1G --thin vg_d/tp_${name} --virtualsize 1G --name brick_${name}`);
      await shell.ok(`mkfs.xfs /dev/mapper/vg_d-brick_${name}`);
      await shell.ok(`mkdir -p ${mounted(name)}`);
      await shell.ok(`mount -o rw /dev/mapper/vg_d-brick_${name} ${mounted(name)}`);
    }
    await shell.ok('tee -a /etc/fstab', `/dev/mapper/vg_d-brick_a ${mounted('a')} xfs rw 1 2\n`);
    await node.reboot();
    expect(node.snapshot().mounts.map(({ target }) => target)).toEqual([mounted('a')]);
  });
});

describe('who may do what', () => {
  it('takes no other key and no password', async () => {
    const stranger = await startSimulatedNodes({ count: 1 });
    await expect(Shell.open(nodes, node.manageHost, { key: stranger.clientPrivateKey! })).rejects.toMatchObject({
      level: 'client-authentication',
    });
    await stranger.close();
  });

  it('wants sudo from anyone but root', async () => {
    const other = await Shell.open(nodes, node.manageHost, { user: 'labadmin' });
    expect(await other.run('mkdir /mnt/a')).toMatchObject({ exitCode: 126 });
    expect(await other.run('sudo -n env LC_ALL=C mkdir /mnt/a')).toMatchObject({ exitCode: 0 });
    other.end();
  });

  it('refuses a line that quoting would not have made', async () => {
    const answer = await shell.run('mkdir /mnt/a; mkdir /mnt/b');
    expect(answer.exitCode).toBe(2);
    expect(answer.stderr).toContain('simulator: refused line: unquoted ";"');
    expect(made()).toBe(false);
  });

  it('shows each node its own key, and another after a rotation', async () => {
    expect(shell.hostKey).toBe(node.hostKey.publicKey);
    expect(nodes.node('node2').hostKey).not.toEqual(node.hostKey);
    const rotated = node.rotateHostKey();
    const later = await again();
    expect(later.hostKey).toBe(rotated.publicKey);
    expect(later.hostKey).not.toBe(shell.hostKey);
    later.end();
  });
});
