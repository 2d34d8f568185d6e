import { pendingExpansions, volumeDecider, type BrickSets, type PendingExpansion, type VolumeState } from '#domain';
import { NodeCommandError, NodeUnreachableError } from '#storage-nodes';
import { makeBricks, releaseBricks } from './support/bricks.js';
import { onVolume, reachOf, undoInVolume, volumeSpec } from './support/gluster.js';
import { volumeChange } from './support/subject-changes.js';
import { givingBricks } from './support/marked-bricks.js';
import { sparedInUse } from './support/brick-in-use.js';
import type { FoundInUse, Phase, Workflow } from './workflow.js';

/** New bricks, then adding them to the volume, then a rebalance, whose failure is noted and changes nothing. */
export const volumeExpand: Workflow = {
  kind: 'volume-expand',
  outline: { bricks: 'brick *', 'add-bricks': 'add-bricks', rebalance: 'rebalance' },
  noWayBackFrom: 'rebalance',

  async plan(operation, view) {
    const volume = await view.load('volume', operation.subjectId);
    const reach = await reachOf(view, volume);
    const added = addedBy(volume, operation.operationId);
    const phases = [sparedInUse(makeBricks(added, volume.gid), volume), addBricks(volume, added, reach)];
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

  async adopt(found, tx) {
    const { state, version } = await tx.load('volume', found.of.subjectId, { lock: true });
    const operationId = found.cleanupId;
    const accepted = volumeDecider.decide({ type: 'ExpandVolume', operationId, ...growthOf(found) }, state);
    const grown = accepted.reduce(volumeDecider.evolve, state);
    const events = [...accepted, ...volumeDecider.decide({ type: 'FinishVolumeExpand', operationId }, grown)];
    await tx.append([{ kind: 'volume', id: state.volumeId, expectedVersion: version, events }]);
  },
};

/** The sets that are whole in the volume: Gluster takes no others. */
function growthOf({ of, subject, bricks }: FoundInUse): Pick<PendingExpansion, 'addGiB' | 'brickSets'> {
  const expansion = pendingExpansions(subject as VolumeState).find(({ operationId }) => operationId === of.operationId);
  const found = new Set(bricks.map(({ brickId }) => brickId));
  const all = expansion?.brickSets ?? [];
  const brickSets = all.filter((set) => set.every(({ brickId }) => found.has(brickId)));
  if (expansion === undefined || brickSets.flat().length < bricks.length) {
    throw new Error(`operation ${of.operationId}: bricks are in the volume that make no whole sets`);
  }
  return { brickSets, addGiB: Math.floor((expansion.addGiB * brickSets.length) / all.length) };
}

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
          const { nodes, call, fresh } = context;
          return onVolume(context, volume, async (via, first) => {
            const add = (): Promise<void> => nodes.ensureBricksInVolume(via, spec, call);
            await givingBricks(context, via, { brickSets: added, gid: volume.gid, spec }, fresh && first, add);
            return { via: via.manageHost };
          });
        },
        undo: async (context) => {
          const spec = await volumeSpec(context, volume, added);
          await undoInVolume(context, volume, (via) => context.nodes.removeBricksFromVolume(via, spec, context.call));
        },
        // What is in the volume by then stays in it: see sparedInUse.
        undoLate: () => Promise.resolve(null),
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
