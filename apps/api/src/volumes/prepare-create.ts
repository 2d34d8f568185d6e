import {
  type PlacementSettings,
  type ResolvedVolumeRequest,
  type VolumeDescription,
  glusterVolumeOptions,
  requireMinimumSize,
  validateVolumeRequest,
} from '#domain';
import { DomainError, newId } from '#kernel';
import type { Queries } from '#read-model';
import type { VolumeCreateBody } from '../contracts/volume.js';
import type { ApiConfig } from '../dependencies.js';
import { placementSettings } from './placement-input.js';

/** Heketi's options of a volume that is to host block volumes. */
const BLOCK_HOSTING_OPTIONS = 'group gluster-block';

/** A volume as it was asked for, defaults filled in, before there is a place for it. */
export type WantedVolume = Omit<VolumeDescription, 'clusterId'>;

export interface PreparedCreate {
  readonly volume: WantedVolume;
  /** Clusters that may take it, sorted. */
  readonly clusterIds: readonly string[];
  readonly settings: PlacementSettings;
}

/**
 * Checks a request for a volume, in Heketi's order.
 * @throws DomainError `invalid`
 */
export async function prepareCreate(
  queries: Queries,
  request: VolumeCreateBody,
  config: ApiConfig,
): Promise<PreparedCreate> {
  const settings = placementSettings(config);
  const resolved = validateVolumeRequest({
    sizeGiB: request.size,
    gid: request.gid,
    durabilityType: request.durability.type,
    durabilityAsSent: { ...request.durability.replicate, ...request.durability.disperse },
    snapshot: request.snapshot,
  });
  const clusterIds = await candidateClusters(queries, request.clusters);
  requireMinimumSize(resolved.durability, request.size, settings);
  return { volume: describe(request, resolved, config), clusterIds, settings };
}

/** @throws DomainError where a cluster that was asked for is not there */
async function candidateClusters(queries: Queries, wanted: readonly string[]): Promise<string[]> {
  const known = await queries.clusterIds();
  if (known.length === 0) throw new DomainError('invalid', 'No clusters configured');
  const unknown = wanted.find((id) => !known.includes(id));
  if (unknown !== undefined) throw new DomainError('invalid', `Cluster id ${unknown} not found`);
  return wanted.length === 0 ? known : known.filter((id) => wanted.includes(id));
}

function describe(
  { name, size, durability, gid, glustervolumeoptions, block }: VolumeCreateBody,
  resolved: ResolvedVolumeRequest,
  { preRequestVolumeOptions, postRequestVolumeOptions }: ApiConfig,
): WantedVolume {
  const volumeId = newId();
  return {
    volumeId,
    name: name === '' ? `vol_${volumeId}` : name,
    sizeGiB: size,
    durability: resolved.durability,
    durabilityAsSent: { ...durability.replicate, ...durability.disperse },
    gid,
    glusterVolumeOptions: glusterVolumeOptions(
      preRequestVolumeOptions,
      block ? BLOCK_HOSTING_OPTIONS : null,
      glustervolumeoptions,
      postRequestVolumeOptions,
    ),
    block,
    snapshot: resolved.snapshot,
  };
}
