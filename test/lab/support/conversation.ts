import { fenceScript } from '#storage-nodes';

/** What is asked of the real nodes and of the simulated ones, in this order. `{...}` stands for what differs between them. */
export interface Question {
  /** 1, 2 or 3. */
  readonly node: number;
  readonly argv: readonly string[];
  readonly stdin?: string;
}

const device = '6d6efb31fb95c4a29c5f6ebc87ac5ea9';
const brick = '188aa86354cfd2480e224a1329f78c04';
const group = `vg_${device}`;
const volume = `brick_${brick}`;
const pool = `tp_${brick}`;
const deviceNode = `/dev/mapper/${group}-${volume}`;
const folder = `/var/lib/heketi/mounts/${group}/${volume}`;
const fstab = '/etc/fstab';

const on = (node: number, line: string, stdin?: string): Question => ({
  node,
  argv: line.split(' '),
  ...(stdin === undefined ? {} : { stdin }),
});
const lvm = (node: number, line: string): Question => on(node, `/usr/sbin/lvm ${line}`);
const gluster = (line: string): Question => on(1, `gluster --mode=script --timeout=600 ${line}`);

const pvs = (node: number, path: string) => lvm(node, `pvs --reportformat json -o pv_name,pv_uuid,vg_name ${path}`);
const vgs = (node: number, name: string) =>
  lvm(
    node,
    `vgs --reportformat json --units k --nosuffix -o vg_name,vg_extent_size,vg_extent_count,vg_free_count ${name}`,
  );
const lvs = (node: number, name: string) =>
  lvm(node, `lvs --reportformat json --units k --nosuffix -o lv_name,pool_lv,lv_size,lv_attr,thin_count ${name}`);
const pvcreate = (node: number, path: string) =>
  lvm(node, `pvcreate -qq --metadatasize=128M --dataalignment=256K ${path}`);
const lvcreate = (node: number, poolName: string, sizeKiB: number, name: string) =>
  lvm(
    node,
    'lvcreate -qq --autobackup=n --poolmetadatasize 12288K --chunksize 256K ' +
      `--size ${sizeKiB}K --thin ${group}/${poolName} --virtualsize 2097152K --name ${name}`,
  );
const makeBrick = (node: number): readonly Question[] => [
  pvcreate(node, '{disk1}'),
  lvm(node, `vgcreate -qq --physicalextentsize=4M --autobackup=n ${group} {disk1}`),
  lvcreate(node, pool, 2101248, volume),
  on(node, `mkfs.xfs -i size=512 -n size=8192 ${deviceNode}`),
  on(node, `mkdir -p ${folder}`),
  on(node, `mount -o rw,inode64,noatime,nouuid ${deviceNode} ${folder}`),
  on(node, `mkdir -p ${folder}/brick`),
];
const dropBrick = (node: number): readonly Question[] => [
  on(node, `umount ${folder}`),
  lvm(node, `lvremove --autobackup=n -f ${group}/${volume}`),
  lvm(node, `lvremove --autobackup=n -f ${group}/${pool}`),
  on(node, `rmdir ${folder}`),
  on(node, `rmdir /var/lib/heketi/mounts/${group}`),
  lvm(node, `vgremove -qq ${group}`),
  lvm(node, 'pvremove -qq {disk1}'),
];

const peers: readonly Question[] = [
  gluster('pool list --xml'),
  gluster('peer probe {host2}'),
  gluster('peer probe {host2}'),
  gluster('peer probe no-such-host'),
  gluster('peer probe {host1}'),
  gluster('pool list --xml'),
  gluster('peer detach {host3}'),
  gluster('peer probe {host3}'),
];

const oneBrick: readonly Question[] = [
  pvs(1, '{disk1}'),
  pvs(1, '/dev/none'),
  pvcreate(1, '{disk1}'),
  pvcreate(1, '{disk1}'),
  pvcreate(1, '/dev/none'),
  pvs(1, '{disk1}'),
  lvm(1, `vgcreate -qq --physicalextentsize=4M --autobackup=n ${group} {disk1}`),
  lvm(1, `vgcreate -qq --physicalextentsize=4M --autobackup=n ${group} {disk1}`),
  pvcreate(1, '{disk1}'),
  pvs(1, '{disk1}'),
  vgs(1, group),
  vgs(1, 'vg_none'),
  lvs(1, group),
  lvs(1, 'vg_none'),
  lvcreate(1, pool, 2101248, volume),
  lvcreate(1, pool, 2101248, volume),
  lvcreate(1, 'tp_large', 40000000, 'brick_large'),
  lvs(1, group),
  vgs(1, group),
  on(1, `blkid -p -o value -s TYPE ${deviceNode}`),
  on(1, 'blkid -p -o value -s TYPE /dev/mapper/none'),
  on(1, `mkfs.xfs -i size=512 -n size=8192 ${deviceNode}`),
  on(1, `mkfs.xfs -i size=512 -n size=8192 ${deviceNode}`),
  on(1, `blkid -p -o value -s TYPE ${deviceNode}`),
  on(1, `mount -o rw,inode64,noatime,nouuid ${deviceNode} ${folder}`),
  on(1, `mkdir -p ${folder}`),
  on(1, `tee -a ${fstab}`, `${deviceNode} ${folder} xfs rw,inode64,noatime,nouuid 1 2\n`),
  on(1, `findmnt --json --mountpoint ${folder}`),
  on(1, `mount -o rw,inode64,noatime,nouuid ${deviceNode} ${folder}`),
  on(1, `mount -o rw,inode64,noatime,nouuid ${deviceNode} ${folder}`),
  on(1, `mkdir -p ${folder}/brick`),
  on(1, `chown :2001 ${folder}/brick`),
  on(1, `chmod 2775 ${folder}/brick`),
];

const bricksText = [1, 2, 3].map((node) => `{host${node}}:${folder}/brick`).join(' ');

const oneVolume: readonly Question[] = [
  ...makeBrick(2),
  ...makeBrick(3),
  gluster('volume info all --xml'),
  gluster('volume info v1 --xml'),
  gluster(`volume create v1 replica 3 {host1}:/nowhere/brick {host2}:/nowhere/brick {host3}:/nowhere/brick`),
  gluster(`volume create v1 replica 3 {host1}:${folder} {host2}:${folder} {host3}:${folder}`),
  gluster(`volume create v1 replica 3 no-such-host:${folder}/brick {host2}:${folder}/brick {host3}:${folder}/brick`),
  gluster(`volume create v1 replica 3 ${bricksText}`),
  gluster(`volume create v1 replica 3 ${bricksText}`),
  gluster(`volume create v2 replica 3 ${bricksText}`),
  gluster('volume info v1 --xml'),
  gluster('volume set v1 user.heketi.id 0123'),
  gluster('volume set v1 network.ping-timeout 10'),
  gluster('volume set v1 no.such-option 5'),
  gluster('volume set v9 user.heketi.id 0123'),
  gluster('volume stop v1'),
  gluster('volume start v1'),
  gluster('volume start v1'),
  gluster('volume start v9'),
  gluster('volume info v1 --xml'),
  gluster('volume rebalance v1 start'),
  gluster('volume delete v1'),
  gluster('peer detach {host2}'),
  on(1, `umount ${folder}`),
  lvm(1, `lvremove --autobackup=n -f ${group}/${volume}`),
  lvm(1, `vgremove -qq ${group}`),
  lvm(1, 'pvremove -qq {disk1}'),
  gluster('volume stop v1 force'),
  gluster('volume stop v1 force'),
  gluster('volume stop v9 force'),
  gluster('volume info v1 --xml'),
  gluster('volume delete v1'),
  gluster('volume delete v1'),
];

const wayBack: readonly Question[] = [
  on(1, `rmdir ${folder}`),
  on(1, `sed -i /${volume}/d ${fstab}`),
  lvm(1, `lvremove --autobackup=n -f vg_none/${pool}`),
  ...[1, 2, 3].flatMap(dropBrick),
  // All of it is gone by now.
  ...dropBrick(1),
  lvm(1, 'pvremove -qq /dev/none'),
  on(1, 'umount /no/such/folder'),
  on(1, `cat /no/such/file`),
  gluster('peer detach {host2}'),
  gluster('peer detach {host3}'),
  gluster('peer detach {host3}'),
  gluster('peer detach {host1}'),
];

const script = fenceScript();
const fence = (words: string, stdin?: string): Question => on(1, `sh ${script.path} ${words}`, stdin);
const owner = (id: string): string => `--installation ${id} --node n1`;

const fencing: readonly Question[] = [
  fence('run volume/a=2 -- true'),
  { node: 1, argv: script.install, stdin: script.text.slice(0, -1) },
  fence('run volume/a=2 -- true'),
  { node: 1, argv: script.install, stdin: script.text },
  on(1, `cat ${script.marker}`),
  fence('run volume/a=2 -- cat', 'text'),
  fence('run volume/a=2 peers/b=1 -- /usr/sbin/lvm pvs --reportformat json -o pv_name,pv_uuid,vg_name /dev/none'),
  fence('run volume/a=1 peers/b=1 -- cat', 'text'),
  fence('run volume/a=1000010 -- cat', 'text'),
  fence('run volume/a=999999 -- cat', 'text'),
  fence('take --patience 1 --grace 1 volume/a=1000011 volume/c=1'),
  fence('run volume/a=1000010 -- cat', 'text'),
  fence('take volume/a=1000010'),
  fence(`run ${owner('ours')} volume/a=1000011 -- true`),
  on(1, `cat ${script.marker}`),
  fence(`run ${owner('theirs')} volume/a=1000011 -- true`),
  fence(`take ${owner('theirs')} volume/d=1`),
  fence(`forget ${owner('theirs')} volume/a=1000011`),
  fence('run ../a=1 -- true'),
  fence('run volume/a=one -- true'),
  fence('run -- true'),
  fence('run volume/a=1000011'),
  fence('walk volume/a=1000011'),
  fence(`forget ${owner('ours')} volume/a=1`),
  fence(`forget --installation ours --node n2 volume/a=1000011`),
  on(1, `cat ${script.marker}`),
  fence(`forget ${owner('ours')} volume/a=1000011`),
  on(1, `cat ${script.marker}`),
  fence('run volume/a=1 -- cat', 'text'),
  fence('forget volume/a=1'),
];

/** Begins and ends on nodes that hold nothing. */
export const conversation: readonly Question[] = [...peers, ...oneBrick, ...oneVolume, ...wayBack, ...fencing];
