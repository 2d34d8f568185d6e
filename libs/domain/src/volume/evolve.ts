import type { VolumeDescription, VolumeEvent } from './events.js';
import { pendingExpansions, type PendingExpansion, type VolumeState } from './state.js';

/** Folds one event of a volume into its state. A volume whose creation failed ends like a deleted one, without bricks. */
export function evolveVolume(state: VolumeState, event: VolumeEvent): VolumeState {
  switch (event.type) {
    case 'VolumeCreateAccepted':
      return {
        ...described(event.data),
        status: 'creating',
        operationId: event.data.operationId,
        brickSets: event.data.brickSets,
        expansion: null,
      };
    case 'VolumeCreated':
    case 'VolumeDeleteFailed':
      return { ...state, status: 'active', operationId: null };
    case 'VolumeExpandAccepted':
      return withExpansions(state, [...pendingExpansions(state), event.data]);
    case 'VolumeExpanded': {
      const { addGiB, brickSets } = expansionOf(state, event.data.operationId);
      const grown = { sizeGiB: state.sizeGiB + addGiB, brickSets: [...state.brickSets, ...brickSets] };
      return without({ ...state, ...grown }, event.data.operationId);
    }
    case 'VolumeExpandFailed':
      return without(state, event.data.operationId);
    case 'VolumeDeleteAccepted':
      return { ...state, status: 'deleting', operationId: event.data.operationId };
    case 'VolumeCreateFailed':
    case 'VolumeDeleted':
      return { ...state, status: 'deleted', operationId: null, brickSets: [], expansion: null };
  }
}

function described(data: VolumeDescription): VolumeDescription {
  const { volumeId, clusterId, name, sizeGiB, durability, durabilityAsSent } = data;
  const { gid, glusterVolumeOptions, block, snapshot } = data;
  return {
    volumeId,
    clusterId,
    name,
    sizeGiB,
    durability,
    durabilityAsSent,
    gid,
    glusterVolumeOptions,
    block,
    snapshot,
  };
}

function expansionOf(state: VolumeState, operationId: string): PendingExpansion {
  const expansion = pendingExpansions(state).find((pending) => pending.operationId === operationId);
  if (expansion === undefined) {
    throw new Error(`broken log: volume ${state.volumeId} was not being expanded by operation ${operationId}`);
  }
  return expansion;
}

function without(state: VolumeState, operationId: string): VolumeState {
  return withExpansions(
    state,
    pendingExpansions(state).filter((pending) => pending.operationId !== operationId),
  );
}

function withExpansions(state: VolumeState, pending: readonly PendingExpansion[]): VolumeState {
  const [first, ...later] = pending.map(({ operationId, addGiB, brickSets }) => ({ operationId, addGiB, brickSets }));
  const volume = { ...described(state), brickSets: state.brickSets };
  if (first === undefined) return { ...volume, status: 'active', operationId: null, expansion: null };
  const { operationId, ...expansion } = first;
  const expanding: VolumeState = { ...volume, status: 'expanding', operationId, expansion };
  return later.length === 0 ? expanding : { ...expanding, laterExpansions: later };
}
