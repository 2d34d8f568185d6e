import { type Decider, DomainError } from '#kernel';
import { alreadyExists, inUse, notFound } from '../refusals.js';
import type { BrickSets, VolumeDescription, VolumeEvent } from './events.js';
import { evolveVolume } from './evolve.js';
import { requireSoundBrickSets } from './brick-sets.js';
import { noVolume, type VolumeState } from './state.js';

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
      requireIdleVolume(state);
      requireSoundBrickSets(command.brickSets, state.durability);
      const { addGiB, brickSets } = command;
      return [{ type: 'VolumeExpandAccepted', data: { operationId, addGiB, brickSets } }];
    }
    case 'FinishVolumeExpand':
      requireHeldBy(state, 'expanding', operationId);
      return [{ type: 'VolumeExpanded', data: { operationId } }];
    case 'FailVolumeExpand':
      requireHeldBy(state, 'expanding', operationId);
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
  requireIdleVolume(state);
  return [{ type: 'VolumeDeleteAccepted', data: { operationId } }];
}

/** @throws DomainError `Id not found` for a volume that never was or is gone */
export function requireVolume(state: VolumeState): void {
  if (state.status === 'none' || state.status === 'deleted') throw notFound();
}

/**
 * @throws DomainError as requireVolume, or in use (kind `refused`: Heketi answers 500) where an operation holds the volume
 */
export function requireIdleVolume(state: VolumeState): void {
  requireVolume(state);
  if (state.status !== 'active') throw inUse('refused', `volume ${state.volumeId} is ${state.status}`);
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
