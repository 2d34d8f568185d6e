import { type Decider, DomainError } from '#kernel';
import { alreadyExists, held as heldBy, inUse, notFound } from '../refusals.js';
import type { BrickSets, VolumeDescription, VolumeEvent } from './events.js';
import { evolveVolume } from './evolve.js';
import { requireSoundBrickSets } from './brick-sets.js';
import { noVolume, pendingExpansions, type VolumeState } from './state.js';

export type VolumeCommand =
  | {
      readonly type: 'CreateVolume';
      readonly operationId: string;
      readonly volume: VolumeDescription;
      readonly brickSets: BrickSets;
    }
  | { readonly type: 'FinishVolumeCreate'; readonly operationId: string }
  | { readonly type: 'FailVolumeCreate'; readonly operationId: string; readonly reason: string }
  | {
      readonly type: 'ExpandVolume';
      readonly operationId: string;
      readonly addGiB: number;
      readonly brickSets: BrickSets;
    }
  | { readonly type: 'FinishVolumeExpand'; readonly operationId: string }
  | { readonly type: 'FailVolumeExpand'; readonly operationId: string; readonly reason: string }
  | { readonly type: 'DeleteVolume'; readonly operationId: string }
  | { readonly type: 'FinishVolumeDelete'; readonly operationId: string }
  | { readonly type: 'FailVolumeDelete'; readonly operationId: string; readonly reason: string };

/** Where Heketi keeps its own database: the API does not delete it. */
const databaseVolumeName = 'heketidbstorage';

function decide(command: VolumeCommand, state: VolumeState): readonly VolumeEvent[] {
  const { operationId } = command;
  switch (command.type) {
    case 'CreateVolume': {
      if (state.status !== 'none') throw alreadyExists();
      requireSoundBrickSets(command.brickSets, command.volume.durability);
      return [{ type: 'VolumeCreateAccepted', data: { ...command.volume, operationId, brickSets: command.brickSets } }];
    }
    case 'FinishVolumeCreate':
      requireHeldBy(state, 'creating', operationId);
      return [{ type: 'VolumeCreated', data: { operationId } }];
    case 'FailVolumeCreate':
      requireHeldBy(state, 'creating', operationId);
      return [{ type: 'VolumeCreateFailed', data: { operationId, reason: command.reason } }];
    case 'ExpandVolume': {
      requireExpandableVolume(state);
      requireSoundBrickSets(command.brickSets, state.durability);
      const { addGiB, brickSets } = command;
      return [{ type: 'VolumeExpandAccepted', data: { operationId, addGiB, brickSets } }];
    }
    case 'FinishVolumeExpand':
      requireExpandedBy(state, operationId);
      return [{ type: 'VolumeExpanded', data: { operationId } }];
    case 'FailVolumeExpand':
      requireExpandedBy(state, operationId);
      return [{ type: 'VolumeExpandFailed', data: { operationId, reason: command.reason } }];
    case 'DeleteVolume':
      return deleteVolume(operationId, state);
    case 'FinishVolumeDelete':
      requireHeldBy(state, 'deleting', operationId);
      return [{ type: 'VolumeDeleted', data: { operationId } }];
    case 'FailVolumeDelete':
      requireHeldBy(state, 'deleting', operationId);
      return [{ type: 'VolumeDeleteFailed', data: { operationId, reason: command.reason } }];
  }
}

function deleteVolume(operationId: string, state: VolumeState): readonly VolumeEvent[] {
  requireVolume(state);
  if (state.name === databaseVolumeName) {
    throw new DomainError('conflict', 'Cannot delete volume containing the Heketi database');
  }
  if (state.status !== 'active') throw held(state);
  return [{ type: 'VolumeDeleteAccepted', data: { operationId } }];
}

/** @throws DomainError `Id not found` for a volume that never was or is gone */
export function requireVolume(state: VolumeState): void {
  if (state.status === 'none' || state.status === 'deleted') throw notFound();
}

/** @throws DomainError `Id not found` also while the volume is being created: nobody can see it yet */
export function requireCreatedVolume(state: VolumeState): void {
  requireVolume(state);
  if (state.status === 'creating') throw notFound();
}

/**
 * An expansion that runs is no hindrance: the next one waits for it.
 * @throws DomainError as requireCreatedVolume, or in use
 */
export function requireExpandableVolume(state: VolumeState): void {
  requireCreatedVolume(state);
  if (state.status === 'deleting') throw held(state);
}

/** Heketi answers 500: hence `refused`. */
function held(state: VolumeState): DomainError {
  return heldBy('refused', `volume ${state.volumeId} is ${state.status}`, state.operationId);
}

function requireExpandedBy(state: VolumeState, operationId: string): void {
  if (pendingExpansions(state).some((pending) => pending.operationId === operationId)) return;
  throw inUse('conflict', `volume ${state.volumeId} is ${state.status} and not expanded by operation ${operationId}`);
}

function requireHeldBy(state: VolumeState, status: VolumeState['status'], operationId: string): void {
  if (state.status === status && state.operationId === operationId) return;
  throw inUse('conflict', `volume ${state.volumeId} is ${state.status} and not held by operation ${operationId}`);
}

export const volumeDecider: Decider<VolumeState, VolumeCommand, VolumeEvent> = {
  initial: noVolume,
  decide,
  evolve: evolveVolume,
};
