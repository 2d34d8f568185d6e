import { pendingExpansions, type BrickSets, type VolumeState } from '#domain';
import { NodeCommandError, NodeUnreachableError } from '#storage-nodes';
import { makeBricks, releaseBricks } from './support/bricks.js';
import { onVolume, reachOf, volumeSpec } from './support/gluster.js';
import { volumeChange } from './support/subject-changes.js';
import type { Phase, Workflow } from './workflow.js';

/** New bricks, then adding them to the volume, then a rebalance, whose failure is noted and changes nothing. */
export const volumeExpand: Workflow = {
  kind: 'volume-expand',
  outline: { bricks: 'brick *', 'add-bricks': 'add-bricks', rebalance: 'rebalance' },

  async plan(operation, view) {
    const volume = await view.load('volume', operation.subjectId);
    const reach = await reachOf(view, volume);
    const added = addedBy(volume, operation.operationId);
    const phases = [makeBricks(added, volume.gid), addBricks(volume, added, reach)];
    return operation.payload['rebalance'] === false ? phases : [...phases, rebalance(volume, reach)];
  },

  async succeed({ operationId, subjectId }, tx) {
    const { change } = await volumeChange(tx, subjectId, { type: 'FinishVolumeExpand', operationId });
    await tx.append([change]);
    return `/volumes/${subjectId}`;
  },

  async fail({ operationId, subjectId, clusterId, steps }, reason, tx, kept) {
    // Given up in the rebalance: the volume has its bricks and keeps them. After an undo the step is `undone`.
    if (steps['add-bricks']?.status === 'succeeded') {
      const { change } = await volumeChange(tx, subjectId, { type: 'FinishVolumeExpand', operationId });
      await tx.append([change]);
      return;
    }
    await tx.lockCluster(clusterId);
    const { change, before } = await volumeChange(tx, subjectId, { type: 'FailVolumeExpand', operationId, reason });
    await tx.append([change, ...(await releaseBricks(tx, addedBy(before, operationId), kept))]);
  },
};

function addedBy(volume: VolumeState, operationId: string): BrickSets {
  return pendingExpansions(volume).find((pending) => pending.operationId === operationId)?.brickSets ?? [];
}

function addBricks(volume: VolumeState, added: BrickSets, reach: readonly string[]): Phase {
  return {
    name: 'add-bricks',
    steps: [
      {
        name: 'add-bricks',
        reach,
        ensure: async (context) => {
          const spec = await volumeSpec(context, volume, added);
          return onVolume(context, volume, async (via) => {
            await context.nodes.ensureBricksInVolume(via, spec, context.call);
            return { via: via.manageHost };
          });
        },
        undo: async (context) => {
          const spec = await volumeSpec(context, volume, added);
          await onVolume(context, volume, (via) => context.nodes.removeBricksFromVolume(via, spec, context.call));
        },
      },
    ],
  };
}

/** Once data moves onto the new bricks they cannot be taken out again without losing it. */
function rebalance(volume: VolumeState, reach: readonly string[]): Phase {
  return {
    name: 'rebalance',
    pointOfNoReturn: 'give-up',
    steps: [
      {
        name: 'rebalance',
        reach,
        ensure: async (context) => {
          try {
            return await onVolume(context, volume, async (via) => {
              await context.nodes.startRebalance(via, volume.name, context.call);
              return { started: true, via: via.manageHost };
            });
          } catch (error) {
            context.call.signal.throwIfAborted();
            if (!(error instanceof NodeCommandError || error instanceof NodeUnreachableError)) throw error;
            return { started: false, reason: error.message };
          }
        },
        undo: () => Promise.resolve(),
      },
    ],
  };
}
