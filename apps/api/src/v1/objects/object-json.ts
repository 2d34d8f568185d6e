import {
  type BrickReservation,
  type BrickSets,
  type ClusterState,
  type DeviceState,
  type NodeState,
  type StateOf,
  type Tags,
  type VolumeState,
  pendingExpansions,
  shortestFloat32,
} from '#domain';
import type { ObjectKind } from '#read-model';
import type { z } from 'zod';
import type { brickAnswer, clusterAnswer, deviceAnswer, nodeAnswer, volumeAnswer } from './answers.js';

type Cluster = z.input<typeof clusterAnswer>;
type Node = z.input<typeof nodeAnswer>;
type Device = z.input<typeof deviceAnswer>;
type Volume = z.input<typeof volumeAnswer>;
type Brick = z.input<typeof brickAnswer>;

/** The form of each kind of object in our answers. */
export interface ObjectJson {
  readonly cluster: Cluster;
  readonly node: Node;
  readonly device: Device;
  readonly volume: Volume;
}

/**
 * A state in the form of our answers. Rows of the read model and states that were folded for a moment of the past come through
 * here alike, so an answer about the past is the one that was given then.
 */
export const objectJson: { readonly [K in ObjectKind]: (state: StateOf<K>) => ObjectJson[K] } = {
  cluster: clusterJson,
  node: nodeJson,
  device: deviceJson,
  volume: volumeJson,
};

/** Neither rows nor folded states are of what is gone; one that is would be a fault of ours. */
function existing<Status extends string>(status: Status): Exclude<Status, 'none' | 'deleted'> {
  if (status === 'none' || status === 'deleted') throw new Error(`there is no answer for an object that is ${status}`);
  return status as Exclude<Status, 'none' | 'deleted'>;
}

/** In byte order, so that the order of the log does not show. */
function sortedTags(tags: Tags): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function clusterJson({ clusterId, status, file, block }: ClusterState): Cluster {
  return { id: clusterId, status: existing(status), file, block };
}

function nodeJson(node: NodeState): Node {
  const { nodeId, clusterId, status, operationId, state, zone, manageHostnames, storageHostnames, tags, hostKey } =
    node;
  return {
    id: nodeId,
    clusterId,
    status: existing(status),
    operationId,
    state,
    zone,
    manageHostnames: [...manageHostnames],
    storageHostnames: [...storageHostnames],
    tags: sortedTags(tags),
    hostKeyFingerprint: hostKey?.fingerprint ?? null,
  };
}

function deviceJson(device: DeviceState): Device {
  const { deviceId, nodeId, clusterId, status, operationId, state, name, paths, pvUuid, tags } = device;
  const { totalKiB, freeKiB, usedKiB, brickCount } = device;
  return {
    id: deviceId,
    nodeId,
    clusterId,
    status: existing(status),
    operationId,
    state,
    name,
    paths: [...paths],
    pvUuid: pvUuid === '' ? null : pvUuid,
    tags: sortedTags(tags),
    totalKiB,
    freeKiB,
    usedKiB,
    brickCount,
  };
}

export function brickJson(brick: BrickReservation): Brick {
  const { brickId, volumeId, nodeId, deviceId, sizeKiB, thinPoolKiB, poolMetadataKiB, path } = brick;
  return { id: brickId, volumeId, nodeId, deviceId, sizeKiB, thinPoolKiB, poolMetadataKiB, path };
}

function brickSetsJson(sets: BrickSets): Volume['brickSets'] {
  return sets.map((set) => set.map(brickJson));
}

function volumeJson(volume: VolumeState): Volume {
  const { volumeId, clusterId, name, status, operationId, sizeGiB, durability, gid, block, snapshot } = volume;
  return {
    id: volumeId,
    clusterId,
    name,
    status: existing(status),
    operationId,
    sizeGiB,
    durability: { ...durability },
    gid: gid === 0 ? null : gid,
    // Heketi's splitting leaves empty elements.
    glusterVolumeOptions: volume.glusterVolumeOptions.filter((option) => option !== ''),
    block,
    snapshot: { enable: snapshot.enable, factor: shortestFloat32(snapshot.factor) },
    brickSets: brickSetsJson(volume.brickSets),
    pendingExpansions: pendingExpansions(volume).map((expansion) => ({
      operationId: expansion.operationId,
      addGiB: expansion.addGiB,
      brickSets: brickSetsJson(expansion.brickSets),
    })),
  };
}
