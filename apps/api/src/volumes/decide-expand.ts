import { explainExpand, planVolumeExpand, requireExpandableVolume, volumeDecider, type VolumeState } from '#domain';
import { DomainError, newId } from '#kernel';
import { acceptOperation } from '#operations';
import type { Change, Loaded, NodeWithDevices } from '#read-model';
import { type Asked, placementNodes, reservations, underHeading } from './placement-input.js';

/**
 * What accepting an expansion changes. Pure but for the ids of its bricks.
 * @throws DomainError with Heketi's text; see explainedExpand
 */
export function decideExpand(
  { state: volume, version }: Loaded<VolumeState>,
  addGiB: number,
  members: readonly NodeWithDevices[],
  { operationId, settings, requestedBy }: Asked,
): readonly Change[] {
  const { volumeId, clusterId } = volume;
  return underHeading('Failed to allocate volume expansion', () => {
    requireExpandableVolume(volume);
    const plan = { settings, seed: operationId, newBrickId: newId };
    const brickSets = planVolumeExpand(volume, addGiB, placementNodes(members), plan);
    const events = volumeDecider.decide({ type: 'ExpandVolume', operationId, addGiB, brickSets }, volume);
    return [
      acceptOperation({ operationId, kind: 'volume-expand', subjectId: volumeId, clusterId, requestedBy }),
      { kind: 'volume' as const, id: volumeId, expectedVersion: version, events },
      ...reservations(brickSets, members),
    ];
  });
}

/** A refusal of decideExpand, with what would help; see explainedCreate. */
export function explainedExpand(
  error: unknown,
  volume: VolumeState,
  addGiB: number,
  members: readonly NodeWithDevices[],
  { operationId: seed, settings }: Pick<Asked, 'operationId' | 'settings'>,
): unknown {
  if (!(error instanceof DomainError) || error.kind !== 'refused') return error;
  return explainExpand(error, volume, addGiB, placementNodes(members), { settings, seed });
}
