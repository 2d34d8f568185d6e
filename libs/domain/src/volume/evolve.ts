import type { VolumeDescription, VolumeEvent } from './events.js';
import type { VolumeState } from './state.js';

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
    case 'VolumeExpandAccepted': {
      const { operationId, addGiB, brickSets } = event.data;
      return { ...state, status: 'expanding', operationId, expansion: { addGiB, brickSets } };
    }
    case 'VolumeExpanded':
      return expanded(state);
    case 'VolumeExpandFailed':
      return { ...state, status: 'active', operationId: null, expansion: null };
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

function expanded(state: VolumeState): VolumeState {
  if (state.expansion === null) throw new Error(`broken log: volume ${state.volumeId} was not being expanded`);
  return {
    ...state,
    status: 'active',
    operationId: null,
    sizeGiB: state.sizeGiB + state.expansion.addGiB,
    brickSets: [...state.brickSets, ...state.expansion.brickSets],
    expansion: null,
  };
}
