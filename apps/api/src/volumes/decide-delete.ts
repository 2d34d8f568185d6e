import { volumeDecider, type VolumeState } from '#domain';
import { DomainError } from '#kernel';
import { acceptOperation } from '#operations';
import type { Change, Loaded } from '#read-model';
import type { Asked } from './placement-input.js';

/**
 * What accepting the deletion of a volume changes. Pure.
 * @throws DomainError with Heketi's text
 */
export function decideDelete(
  { state, version }: Loaded<VolumeState>,
  { operationId, requestedBy }: Omit<Asked, 'settings'>,
): readonly Change[] {
  const { volumeId, clusterId } = state;
  return [
    acceptOperation({ operationId, kind: 'volume-delete', subjectId: volumeId, clusterId, requestedBy }),
    { kind: 'volume', id: volumeId, expectedVersion: version, events: eventsOf(operationId, state) },
  ];
}

/** A volume that is held by another operation: Heketi's heading goes before its text, not before the 409 of others. */
function eventsOf(operationId: string, state: VolumeState) {
  try {
    return volumeDecider.decide({ type: 'DeleteVolume', operationId }, state);
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'refused') throw error;
    throw new DomainError('refused', `Failed to set up volume delete: ${error.message}`, error.reasons);
  }
}
