import { type VolumeState, requireVolume } from '#domain';
import type { Loaded } from '#read-model';
import type { Work } from '../changes/changes.js';

/**
 * A volume, held together with its cluster; the cluster first, as everywhere.
 * @throws DomainError `Id not found`
 */
export async function lockVolume({ tx, queries }: Work, volumeId: string): Promise<Loaded<VolumeState>> {
  const found = await queries.state('volume', volumeId);
  if (found !== null) await tx.lockCluster(found.clusterId);
  const volume = await tx.load('volume', volumeId, { lock: true });
  requireVolume(volume.state);
  return volume;
}
