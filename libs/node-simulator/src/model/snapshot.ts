import { groupOfDevice, freeExtents, thinCount } from './volume-groups.js';
import { brickText } from './volume-layout.js';
import { poolOf } from './trusted-pools.js';
import type { NodeState, WorldState } from './world.js';

/** Everything that one node holds, deep copied, in a stable order: two equal snapshots mean that nothing is left over. */
export interface NodeSnapshot {
  readonly name: string;
  readonly physicalVolumes: readonly { device: string; uuid: string; volumeGroup: string | null }[];
  readonly volumeGroups: readonly {
    name: string;
    extentKiB: number;
    extentCount: number;
    freeExtents: number;
    spareMetadataExtents: number;
  }[];
  readonly thinPools: readonly {
    volumeGroup: string;
    name: string;
    dataExtents: number;
    metadataExtents: number;
    thinCount: number;
  }[];
  readonly logicalVolumes: readonly {
    volumeGroup: string;
    name: string;
    pool: string;
    sizeKiB: number;
    filesystem: 'none' | 'half-made' | 'xfs';
    folders: readonly { path: string; gid: number; mode: string; volumeId: string | null }[];
  }[];
  readonly signatures: readonly { device: string; type: string }[];
  readonly mounts: readonly { source: string; target: string; options: string }[];
  readonly fstab: string;
  /** Of the root filesystem. */
  readonly folders: readonly string[];
  readonly peers: readonly string[];
  readonly glusterVolumes: readonly {
    name: string;
    id: string;
    type: 'distribute' | 'replicate' | 'disperse';
    started: boolean;
    bricks: readonly string[];
    options: Readonly<Record<string, string>>;
  }[];
}

export function snapshotNode(world: WorldState, node: NodeState): NodeSnapshot {
  const pool = poolOf(world, node);
  return structuredClone({
    name: node.name,
    physicalVolumes: node.devices.flatMap((device) =>
      device.physicalVolume === null
        ? []
        : [
            {
              device: device.path,
              uuid: device.physicalVolume.uuid,
              volumeGroup: groupOfDevice(node, device)?.name ?? null,
            },
          ],
    ),
    volumeGroups: sorted(node.volumeGroups).map((group) => ({
      name: group.name,
      extentKiB: group.extentKiB,
      extentCount: group.extentCount,
      freeExtents: freeExtents(group),
      spareMetadataExtents: group.spareMetadataExtents,
    })),
    thinPools: sorted(node.volumeGroups).flatMap((group) =>
      sorted(group.thinPools).map((each) => ({
        volumeGroup: group.name,
        ...each,
        thinCount: thinCount(group, each.name),
      })),
    ),
    logicalVolumes: sorted(node.volumeGroups).flatMap((group) =>
      sorted(group.thinVolumes).map((volume) => ({
        volumeGroup: group.name,
        name: volume.name,
        pool: volume.poolName,
        sizeKiB: volume.virtualExtents * group.extentKiB,
        filesystem: volume.filesystem?.kind ?? ('none' as const),
        folders: volume.filesystem?.folders ?? [],
      })),
    ),
    signatures: node.devices.flatMap(({ path, signature }) =>
      signature === null ? [] : [{ device: path, type: signature }],
    ),
    mounts: node.mounts.toSorted((a, b) => (a.target < b.target ? -1 : 1)),
    fstab: node.files['/etc/fstab'] ?? '',
    folders: node.rootFolders.map(({ path }) => path).sort(),
    peers: pool.members
      .filter(({ peerUuid }) => peerUuid !== node.peerUuid)
      .map(({ hostname }) => hostname)
      .sort(),
    glusterVolumes: sorted(pool.volumes).map((volume) => ({
      name: volume.name,
      id: volume.id,
      type: volume.layout.kind,
      started: volume.started,
      bricks: volume.bricks.map(brickText),
      options: Object.fromEntries(volume.options.map(({ name, value }) => [name, value])),
    })),
  });
}

function sorted<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
