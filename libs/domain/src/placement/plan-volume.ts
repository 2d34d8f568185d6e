import type { BrickSets, Durability } from '../volume/events.js';
import { pendingExpansions, type VolumeState } from '../volume/state.js';
import type { PlacementNode } from './candidates.js';
import { chooseCluster, type ClusterFacts } from './choose-cluster.js';
import type { PlacementRequest } from './cuts.js';
import { placeBricks } from './place-bricks.js';
import { toReservations } from './reservations.js';
import type { PlacementSettings } from './settings.js';

/** What planning needs beside the facts: how the site places, what breaks ties, and where brick ids come from. */
export interface PlanContext {
  readonly settings: PlacementSettings;
  /** The operation's id, so that a plan can be made again. */
  readonly seed: string;
  readonly newBrickId: () => string;
}

export interface VolumePlanRequest {
  readonly volumeId: string;
  readonly name: string;
  readonly sizeGiB: number;
  readonly durability: Durability;
  /** 1 where snapshots are off. */
  readonly snapshotFactor: number;
  /** The whole list: the server's options and the request's. */
  readonly glusterVolumeOptions: readonly string[];
  readonly block: boolean;
}

/** A cluster that may take the volume, with its nodes; those being added or deleted left out. */
export interface ClusterOffer extends ClusterFacts {
  readonly nodes: readonly PlacementNode[];
}

export interface VolumePlan {
  readonly clusterId: string;
  readonly brickSets: BrickSets;
}

/**
 * Finds a cluster and a place for every brick of a new volume. Clusters are tried in the order given.
 * @throws DomainError `refused` with Heketi's text, to which the edge adds `Failed to allocate new volume: `
 */
export function planVolumeCreate(
  request: VolumePlanRequest,
  clusters: readonly ClusterOffer[],
  context: PlanContext,
): VolumePlan {
  const { settings, seed, newBrickId } = context;
  const { maxVolumesPerCluster } = settings;
  const wish = { block: request.block, name: request.name, maxVolumesPerCluster };
  const { clusterId, result } = chooseCluster(clusters, wish, ({ nodes }) =>
    placeBricks({ ...request, existingBricks: 0 }, nodes, seed, settings),
  );
  return { clusterId, brickSets: toReservations(result, request.volumeId, newBrickId) };
}

/**
 * Finds a place for the bricks that an expansion adds, in the volume's own cluster.
 * @param nodes the nodes of that cluster
 * @throws DomainError `refused` with Heketi's text, to which the edge adds `Failed to allocate volume expansion: `
 */
export function planVolumeExpand(
  volume: VolumeState,
  addGiB: number,
  nodes: readonly PlacementNode[],
  context: PlanContext,
): BrickSets {
  const placed = placeBricks(expansionRequest(volume, addGiB), nodes, context.seed, context.settings);
  return toReservations(placed, volume.volumeId, context.newBrickId);
}

/** What an expansion asks of placement: its bricks are of the kind that the volume has. */
export function expansionRequest(volume: VolumeState, addGiB: number): PlacementRequest {
  const { durability, glusterVolumeOptions, snapshot } = volume;
  const existingBricks = [volume, ...pendingExpansions(volume)].flatMap(({ brickSets }) => brickSets.flat()).length;
  return { sizeGiB: addGiB, durability, snapshotFactor: snapshot.factor, glusterVolumeOptions, existingBricks };
}
