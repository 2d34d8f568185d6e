import {
  pendingExpansions,
  type BrickReservation,
  type BrickSets,
  type DeviceState,
  type NodeState,
  type VolumeState,
} from '#domain';
import type { ClusterContents } from '#read-model';
import { brickNames, type BrickNames } from '#storage-nodes';

/** settled: has to be there as it is described. in-flight: an operation is making or removing it. owed: a cleanup removes it. */
export type Standing = 'settled' | 'in-flight' | 'owed';

export interface ExpectedDevice {
  readonly device: DeviceState;
  readonly standing: Standing;
}

export interface ExpectedBrick {
  readonly brick: BrickReservation;
  readonly names: BrickNames;
  readonly standing: Standing;
  /** null where only the reservation is left. */
  readonly volume: VolumeState | null;
}

export interface ExpectedNode {
  readonly node: NodeState;
  readonly devices: readonly ExpectedDevice[];
  readonly bricks: readonly ExpectedBrick[];
}

export interface ExpectedVolume {
  readonly volume: VolumeState;
  /** in-flight: being created or deleted. */
  readonly standing: Standing;
  /** In Gluster's order. */
  readonly brickSets: BrickSets;
  /** What pending expansions add: may be there or not. */
  readonly arriving: BrickSets;
}

export interface ExpectedMember {
  readonly node: NodeState;
  readonly standing: Standing;
}

/** What the read model says that the nodes of one cluster hold. */
export interface ExpectedCluster {
  readonly clusterId: string;
  readonly nodes: readonly ExpectedNode[];
  readonly members: readonly ExpectedMember[];
  readonly volumes: readonly ExpectedVolume[];
}

const standingOf = (object: { readonly status: string }): Standing =>
  object.status === 'active' ? 'settled' : 'in-flight';

export function expectedCluster(contents: ClusterContents): ExpectedCluster {
  const volumes = contents.volumes.map(({ volume }) => expectedVolume(volume));
  const bricks = expectedBricks(contents.bricks, volumes);
  return {
    clusterId: contents.cluster.clusterId,
    members: contents.nodes.map((node) => ({ node, standing: standingOf(node) })),
    volumes,
    nodes: contents.nodes.map((node) => ({
      node,
      devices: contents.devices
        .filter((device) => device.nodeId === node.nodeId)
        .map((device) => ({ device, standing: standingOf(device) })),
      bricks: bricks.filter(({ brick }) => brick.nodeId === node.nodeId),
    })),
  };
}

function expectedVolume(volume: VolumeState): ExpectedVolume {
  const settled = volume.status === 'active' || volume.status === 'expanding';
  return {
    volume,
    standing: settled ? 'settled' : 'in-flight',
    brickSets: volume.brickSets,
    arriving: pendingExpansions(volume).flatMap(({ brickSets }) => brickSets),
  };
}

function expectedBricks(
  bricks: readonly BrickReservation[],
  volumes: readonly ExpectedVolume[],
): readonly ExpectedBrick[] {
  const byId = new Map(volumes.map(({ volume }) => [volume.volumeId, volume]));
  const standings = new Map(
    volumes.flatMap(({ standing, brickSets, arriving }) => [
      ...brickSets.flat().map(({ brickId }) => [brickId, standing] as const),
      ...arriving.flat().map(({ brickId }) => [brickId, 'in-flight'] as const),
    ]),
  );
  return bricks.map((brick) => ({
    brick,
    names: brickNames(brick),
    volume: byId.get(brick.volumeId) ?? null,
    // a reservation that no volume names is kept for a cleanup
    standing: standings.get(brick.brickId) ?? 'owed',
  }));
}
