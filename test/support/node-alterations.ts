import type { Difference } from '#drift';
import type { DriftSite, NodeState, WorldState } from '#test/drift-site';

/** What is expected of one difference; the node by its place among the site's. */
export type Expected = Pick<Difference, 'kind' | 'what' | 'problem'> & { readonly node: 0 | 1 | 2 };

/** Something that is done to the nodes behind everybody's back. */
export interface Alteration {
  readonly name: string;
  /** Two of the same subject do not go together: the one would hide, or undo, the other. */
  readonly subject: string;
  /** The subject of what cannot be altered any more after this. */
  readonly hides?: string;
  /** Name of the volume, path of the device or hostname of the node whose it is. */
  readonly owner: string | null;
  /** Alters and says what is to be found. */
  apply(site: DriftSite): readonly Expected[];
}

const ROOT = '/var/lib/heketi/mounts';
const FSTAB = '/etc/fstab';

/** A brick of the volume on a node, with its names. */
interface BrickThere {
  readonly vg: string;
  readonly lv: string;
  readonly pool: string;
  readonly mountPoint: string;
  readonly source: string;
}

function bricksOf(world: WorldState, node: number, volume: string): readonly BrickThere[] {
  const found = world.pools.flatMap(({ volumes }) => volumes).find(({ name }) => name === volume);
  const host = world.nodes[node]!.storageHost;
  return (found?.bricks ?? [])
    .filter((brick) => brick.host === host)
    .map(({ path }) => {
      const [vg = '', lv = ''] = path.slice(ROOT.length + 1).split('/');
      const pool = lv.replace('brick_', 'tp_');
      return { vg, lv, pool, mountPoint: `${ROOT}/${vg}/${lv}`, source: `/dev/mapper/${vg}-${lv}` };
    });
}

/** Of the volume `kept`, as made: another alteration may have taken the volume or its brick sets away meanwhile. */
const keptBricks = ({ old }: DriftSite, node: number): readonly BrickThere[] => bricksOf(old, node, 'kept');

/** The world as it is, and the state of one of the site's nodes in it. */
function alter<T>({ nodes }: DriftSite, node: number, change: (state: NodeState, world: WorldState) => T): T {
  let result: { readonly value: T } | null = null;
  nodes[node]!.alter((state, world) => (result = { value: change(state, world) }));
  return result!.value;
}

const unmount = (state: NodeState, mountPoint: string): void => {
  state.mounts = state.mounts.filter(({ target }) => target !== mountPoint);
};
const dropLines = (state: NodeState, word: string): void => {
  state.files[FSTAB] = (state.files[FSTAB] ?? '')
    .split('\n')
    .filter((line) => !line.includes(word))
    .join('\n');
};
const addLine = (state: NodeState, line: string): void => {
  state.files[FSTAB] = `${state.files[FSTAB] ?? ''}${line}\n`;
};
const groupOf = (state: NodeState, name: string) => state.volumeGroups.find((group) => group.name === name)!;
const folder = (path: string) => ({ path, gid: 0, mode: '0755', volumeId: null });

/** One of the first brick of `kept` on the node. */
function ofBrick(
  name: string,
  node: 0 | 1 | 2,
  change: (state: NodeState, brick: BrickThere) => readonly Omit<Expected, 'node'>[],
): Alteration {
  return {
    name,
    subject: `brick of node ${node}`,
    owner: 'kept',
    apply: (site) =>
      alter(site, node, (state) =>
        change(state, keptBricks(site, node)[0]!).map((expected) => ({ ...expected, node })),
      ),
  };
}

const lost = ({ vg, lv, pool, mountPoint }: BrickThere, kinds: readonly Difference['kind'][]) =>
  kinds.map((kind) => ({
    kind,
    what: { 'thin-pool': `${vg}/${pool}`, 'logical-volume': `${vg}/${lv}` }[kind as string] ?? mountPoint,
    problem: 'missing' as const,
  }));

function dropLv(state: NodeState, { vg, lv, mountPoint }: BrickThere): void {
  unmount(state, mountPoint);
  const group = groupOf(state, vg);
  group.thinVolumes = group.thinVolumes.filter(({ name }) => name !== lv);
}

function dropPool(state: NodeState, brick: BrickThere): void {
  dropLv(state, brick);
  const group = groupOf(state, brick.vg);
  group.thinPools = group.thinPools.filter(({ name }) => name !== brick.pool);
}

/** The group of the first brick of `kept` on the node, with every brick in it. */
function dropGroup(site: DriftSite, node: 0 | 1 | 2, wipe: boolean): readonly Expected[] {
  return alter(site, node, (state) => {
    const [first, ...others] = keptBricks(site, node);
    const inGroup = [first!, ...others].filter(({ vg }) => vg === first!.vg);
    for (const brick of inGroup) unmount(state, brick.mountPoint);
    const group = groupOf(state, first!.vg);
    state.volumeGroups = state.volumeGroups.filter((each) => each !== group);
    const disk = state.devices.find(({ path }) => path === group.devicePaths[0])!;
    if (wipe) disk.physicalVolume = null;
    const bricks = inGroup.flatMap((brick) => lost(brick, ['thin-pool', 'logical-volume', 'mount']));
    const ofDisk = { kind: 'physical-volume', what: disk.path, problem: 'missing' } as const;
    const ofGroup = { kind: 'volume-group', what: group.name, problem: 'missing' } as const;
    return [...(wipe ? [ofDisk] : []), ofGroup, ...bricks].map((each) => ({ ...each, node }));
  });
}

const takenFromBricks: readonly Alteration[] = [
  ofBrick('a brick is unmounted', 0, (state, brick) => {
    unmount(state, brick.mountPoint);
    return lost(brick, ['mount']);
  }),
  ofBrick('the line of a brick is lost from fstab', 1, (state, brick) => {
    dropLines(state, brick.lv);
    return lost(brick, ['fstab-line']);
  }),
  ofBrick('the mount point of a brick is removed', 2, (state, brick) => {
    unmount(state, brick.mountPoint);
    const at = state.rootFolders.findIndex(({ path }) => path === brick.mountPoint);
    state.rootFolders.splice(at, 1);
    return lost(brick, ['folder', 'mount']);
  }),
  ofBrick('the folder of a brick is removed', 0, (state, { vg, lv, mountPoint }) => {
    const volume = groupOf(state, vg).thinVolumes.find(({ name }) => name === lv)!;
    volume.filesystem!.folders = [];
    return [{ kind: 'folder', what: `${mountPoint}/brick`, problem: 'missing' }];
  }),
  ofBrick('the logical volume of a brick is removed', 1, (state, brick) => {
    dropLv(state, brick);
    return lost(brick, ['logical-volume', 'mount']);
  }),
  ofBrick('the thin pool of a brick is removed', 2, (state, brick) => {
    dropPool(state, brick);
    return lost(brick, ['thin-pool', 'logical-volume', 'mount']);
  }),
  {
    name: 'a volume group is removed',
    subject: 'brick of node 1',
    hides: 'leak of node 1',
    owner: null,
    apply: (site) => dropGroup(site, 1, false),
  },
  {
    name: 'a disk is wiped',
    subject: 'brick of node 2',
    hides: 'leak of node 2',
    owner: null,
    apply: (site) => dropGroup(site, 2, true),
  },
];

const changedBricks: readonly Alteration[] = [
  ofBrick('the thin pool of a brick has shrunk', 0, (state, { vg, pool }) => {
    const group = groupOf(state, vg);
    group.thinPools = group.thinPools.map((each) => (each.name === pool ? { ...each, dataExtents: 100 } : each));
    return [{ kind: 'thin-pool', what: `${vg}/${pool}`, problem: 'different' }];
  }),
  ofBrick('something is mounted over a brick', 1, (state, { mountPoint }) => {
    state.mounts.push({ source: '/dev/vdz1', target: mountPoint, options: 'rw' });
    return [{ kind: 'mount', what: mountPoint, problem: 'different' }];
  }),
  ofBrick('something else is mounted in the place of a brick', 2, (state, { mountPoint }) => {
    unmount(state, mountPoint);
    state.mounts.push({ source: '/dev/vdz1', target: mountPoint, options: 'rw' });
    return [{ kind: 'mount', what: mountPoint, problem: 'different' }];
  }),
  ofBrick('fstab mounts something else in the place of a brick', 0, (state, { lv, mountPoint }) => {
    dropLines(state, lv);
    addLine(state, `/dev/vdz1 ${mountPoint} xfs defaults 0 0`);
    return [{ kind: 'fstab-line', what: mountPoint, problem: 'different' }];
  }),
];

/** Puts back on a node what a brick of `gone` was made of. */
function leakBrick(
  name: string,
  node: 0 | 1 | 2,
  change: (state: NodeState, before: NodeState, brick: BrickThere) => readonly Omit<Expected, 'node' | 'problem'>[],
): Alteration {
  return {
    name,
    subject: `leak of node ${node}`,
    owner: 'gone',
    apply: (site) =>
      alter(site, node, (state) =>
        change(state, site.old.nodes[node]!, bricksOf(site.old, node, 'gone')[0]!).map((expected) => ({
          ...expected,
          problem: 'leaked' as const,
          node,
        })),
      ),
  };
}

function putPool(state: NodeState, before: NodeState, { vg, pool }: BrickThere): void {
  groupOf(state, vg).thinPools.push(...groupOf(before, vg).thinPools.filter(({ name }) => name === pool));
}

function putLv(state: NodeState, before: NodeState, brick: BrickThere): void {
  putPool(state, before, brick);
  const volumes = groupOf(before, brick.vg).thinVolumes.filter(({ name }) => name === brick.lv);
  groupOf(state, brick.vg).thinVolumes.push(...structuredClone(volumes));
}

/** The volume group that was on the deleted device of the second node, or its physical volume alone. */
function putDevice(site: DriftSite, group: boolean): readonly Expected[] {
  return alter(site, 1, (state) => {
    const before = site.old.nodes[1]!;
    const disk = before.devices.find(({ physicalVolume }) => physicalVolume?.uuid === site.oldPvUuid)!;
    state.devices.find(({ path }) => path === disk.path)!.physicalVolume = disk.physicalVolume;
    const pv = { kind: 'physical-volume', what: disk.path, problem: 'leaked', node: 1 } as const;
    if (!group) return [pv];
    const found = before.volumeGroups.find(({ devicePaths }) => devicePaths.includes(disk.path))!;
    state.volumeGroups.push(structuredClone(found));
    return [pv, { kind: 'volume-group', what: found.name, problem: 'leaked', node: 1 }];
  });
}

const onLeaks: readonly Alteration[] = [
  leakBrick('a logical volume and its pool are left', 0, (state, before, brick) => {
    putLv(state, before, brick);
    return [
      { kind: 'logical-volume', what: `${brick.vg}/${brick.lv}` },
      { kind: 'thin-pool', what: `${brick.vg}/${brick.pool}` },
    ];
  }),
  leakBrick('a thin pool is left', 1, (state, before, brick) => {
    putPool(state, before, brick);
    return [{ kind: 'thin-pool', what: `${brick.vg}/${brick.pool}` }];
  }),
  leakBrick('a line of fstab is left', 2, (state, _before, { source, mountPoint }) => {
    addLine(state, `${source} ${mountPoint} xfs rw,inode64,noatime,nouuid 1 2`);
    return [{ kind: 'fstab-line', what: mountPoint }];
  }),
  leakBrick('a folder is left', 1, (state, _before, { mountPoint }) => {
    state.rootFolders.push(folder(mountPoint), folder(`${mountPoint}/brick`));
    return [
      { kind: 'folder', what: mountPoint },
      { kind: 'folder', what: `${mountPoint}/brick` },
    ];
  }),
  leakBrick('a whole brick is left, mounted', 2, (state, before, brick) => {
    putLv(state, before, brick);
    state.rootFolders.push(folder(brick.mountPoint));
    state.mounts.push({ source: brick.source, target: brick.mountPoint, options: 'rw' });
    addLine(state, `${brick.source} ${brick.mountPoint} xfs rw,inode64,noatime,nouuid 1 2`);
    return [
      { kind: 'logical-volume', what: `${brick.vg}/${brick.lv}` },
      { kind: 'thin-pool', what: `${brick.vg}/${brick.pool}` },
      { kind: 'mount', what: brick.mountPoint },
      { kind: 'folder', what: brick.mountPoint },
      { kind: 'fstab-line', what: brick.mountPoint },
    ];
  }),
  {
    name: 'a volume group is left on its disk',
    subject: 'leaked device',
    owner: '/dev/vd',
    apply: (site) => putDevice(site, true),
  },
  {
    name: 'a physical volume without a group is left',
    subject: 'leaked device',
    owner: '/dev/vd',
    apply: (site) => putDevice(site, false),
  },
];

/** Of the Gluster cluster; told of the node whose glusterd is asked first. */
function ofGluster(
  name: string,
  owner: string,
  change: (world: WorldState, site: DriftSite) => readonly Omit<Expected, 'node'>[],
  subject = 'gluster',
): Alteration {
  return {
    name,
    subject,
    owner,
    apply: (site) =>
      alter(site, 0, (_state, world) => change(world, site)).map((expected) => ({ ...expected, node: 0 as const })),
  };
}

const keptOf = (world: WorldState) =>
  world.pools.flatMap(({ volumes }) => volumes).find(({ name }) => name === 'kept')!;
const poolOf = (world: WorldState) => world.pools.find(({ members }) => members.length > 1)!;

const takenFromGluster: readonly Alteration[] = [
  ofGluster('a volume is stopped', 'kept', (world) => {
    keptOf(world).started = false;
    return [{ kind: 'gluster-volume', what: 'kept', problem: 'different' }];
  }),
  ofGluster('a volume is deleted', 'kept', (world) => {
    const pool = poolOf(world);
    pool.volumes = pool.volumes.filter(({ name }) => name !== 'kept');
    return [{ kind: 'gluster-volume', what: 'kept', problem: 'missing' }];
  }),
  ofGluster('a volume does not say whose it is', 'kept', (world) => {
    const volume = keptOf(world);
    volume.options = volume.options.filter(({ name }) => name !== 'user.heketi.id');
    return [{ kind: 'gluster-volume', what: 'kept', problem: 'different' }];
  }),
  ofGluster('a brick set is taken out of a volume', 'kept', (world) => {
    const volume = keptOf(world);
    const removed = volume.bricks.slice(3);
    volume.bricks = volume.bricks.slice(0, 3);
    return removed.map(({ host, path }) => ({
      kind: 'gluster-brick' as const,
      what: `kept ${host}:${path}`,
      problem: 'missing' as const,
    }));
  }),
  ofGluster(
    'a node is detached',
    '127.0.1.3',
    (world) => {
      const { peerUuid, storageHost } = world.nodes[2]!;
      const pool = poolOf(world);
      pool.members = pool.members.filter((member) => member.peerUuid !== peerUuid);
      world.pools.push({ members: [{ peerUuid, hostname: storageHost }], volumes: [] });
      return [{ kind: 'peer', what: storageHost, problem: 'missing' }];
    },
    'gluster',
  ),
];

const addedToGluster: readonly Alteration[] = [
  ofGluster('a brick set is added to a volume', 'kept', (world, { nodes }) => {
    const bricks = nodes.map(({ storageHost }) => ({ host: storageHost, path: '/srv/more/brick' }));
    keptOf(world).bricks.push(...bricks);
    return bricks.map(({ host, path }) => ({
      kind: 'gluster-brick' as const,
      what: `kept ${host}:${path}`,
      problem: 'leaked' as const,
    }));
  }),
  ofGluster(
    'a deleted volume is still there',
    'gone',
    (world, { old }) => {
      const gone = old.pools.flatMap(({ volumes }) => volumes).find(({ name }) => name === 'gone')!;
      poolOf(world).volumes.push(structuredClone(gone));
      return [{ kind: 'gluster-volume', what: 'gone', problem: 'leaked' }];
    },
    'leaked volume',
  ),
  ofGluster(
    'a node that was removed is still a peer',
    '127.0.1.4',
    (world) => {
      const { peerUuid, storageHost } = world.nodes[3]!;
      world.pools = world.pools.filter(({ members }) => members.every((member) => member.peerUuid !== peerUuid));
      poolOf(world).members.push({ peerUuid, hostname: storageHost });
      return [{ kind: 'peer', what: storageHost, problem: 'leaked' }];
    },
    'leaked peer',
  ),
];

const onMarker: Alteration = {
  name: 'another installation has taken a node',
  subject: 'marker',
  owner: '127.0.1.2',
  apply: (site) =>
    alter(site, 1, (state) => {
      state.files['/var/lib/brickyard-node/installation'] = '00000000-0000-0000-0000-000000000000\nother\n';
      return [{ kind: 'marker', what: '/var/lib/brickyard-node/installation', problem: 'different', node: 1 }];
    }),
};

/** Something of an object that is there was taken away, or stopped. */
export const removals: readonly Alteration[] = [...takenFromBricks, ...takenFromGluster];

/** Every way in which nodes and read model can come to differ. */
export const alterations: readonly Alteration[] = [
  ...removals,
  ...changedBricks,
  ...onLeaks,
  ...addedToGluster,
  onMarker,
];
