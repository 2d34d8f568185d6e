import type { OperationState, VolumeState } from '#domain';
import { NodeCommandError, OWNER_KEY, type NodeAddress } from '#storage-nodes';
import { releaseBricks, removeBricks } from './support/bricks.js';
import { lookAt, onVolume, reachOf, volumeSpec } from './support/gluster.js';
import { volumeChange } from './support/subject-changes.js';
import { StepRefusedError, type Phase, type StepContext, type Workflow } from './workflow.js';

/** Stop, delete, then the bricks. A deletion that Gluster refuses (snapshots exist) leaves the volume running as it was. */
export const volumeDelete: Workflow = {
  kind: 'volume-delete',
  outline: { stop: 'stop', delete: 'delete', bricks: 'brick *' },
  noWayBackFrom: 'delete',

  async plan(operation, view) {
    const volume = await view.load('volume', operation.subjectId);
    const reach = await reachOf(view, volume);
    return [stopVolume(volume, reach), deleteVolume(volume, reach), removeBricks(volume.brickSets)];
  },

  async succeed({ operationId, subjectId, clusterId }, tx, kept) {
    await tx.lockCluster(clusterId);
    const { change, before } = await volumeChange(tx, subjectId, { type: 'FinishVolumeDelete', operationId });
    await tx.append([change, ...(await releaseBricks(tx, before.brickSets, kept))]);
    return null;
  },

  async fail({ operationId, subjectId }, reason, tx) {
    const { change } = await volumeChange(tx, subjectId, { type: 'FailVolumeDelete', operationId, reason });
    await tx.append([change]);
  },
};

function stopVolume(volume: VolumeState, reach: readonly string[]): Phase {
  return {
    name: 'stop',
    steps: [
      {
        name: 'stop',
        reach,
        ensure: async (context) => {
          const stop = async (via: NodeAddress): Promise<{ wasStarted: boolean }> => {
            const { nodes, call } = context;
            const found = await lookAt(context, via, volume);
            if (found?.started !== true) return { wasStarted: wasStarted(context.operation) && found !== null };
            const spec = await volumeSpec(context, volume, volume.brickSets);
            await nodes.ensureVolumeStopped(via, volume.name, call, spec);
            return { wasStarted: true };
          };
          return onVolume(context, volume, stop, { wasStarted: false });
        },
        undo: async (context) => {
          if (wasStarted(context.operation)) await startIfThere(context, volume);
        },
      },
    ],
  };
}

/** Taken for started unless it was seen otherwise: a stop that was cut off has not said what it found. */
function wasStarted(operation: OperationState): boolean {
  const observed = operation.steps['stop']?.observed;
  return !(
    typeof observed === 'object' &&
    observed !== null &&
    'wasStarted' in observed &&
    observed['wasStarted'] === false
  );
}

async function startIfThere(context: StepContext, volume: VolumeState): Promise<void> {
  const { nodes, call } = context;
  await onVolume(context, volume, async (via) => {
    const found = await nodes.volumeInfo(via, volume.name, call);
    // Where this is done late the volume may have been deleted, and its name be that of another.
    if (found === null || (found.options[OWNER_KEY] ?? volume.volumeId) !== volume.volumeId) return;
    await nodes.ensureVolumeStarted(via, volume.name, call);
  });
}

function deleteVolume(volume: VolumeState, reach: readonly string[]): Phase {
  return {
    name: 'delete',
    pointOfNoReturn: 'owe',
    steps: [
      {
        name: 'delete',
        reach,
        ensure: async (context) => {
          const remove = async (via: NodeAddress): Promise<null> => {
            const { nodes, call } = context;
            if ((await lookAt(context, via, volume)) === null) return null;
            const spec = await volumeSpec(context, volume, volume.brickSets);
            try {
              await nodes.removeVolume(via, volume.name, call, spec);
            } catch (error) {
              if (!(error instanceof NodeCommandError)) throw error;
              const found = await nodes.volumeInfo(via, volume.name, call);
              if (found === null) return null;
              throw new StepRefusedError(error.message, error.node);
            }
            return null;
          };
          return onVolume(context, volume, remove, null);
        },
        undo: () => Promise.resolve(),
      },
    ],
  };
}
