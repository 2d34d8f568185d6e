import { makeBricks, releaseBricks } from './support/bricks.js';
import { givingBricks } from './support/marked-bricks.js';
import { onVolume, reachOf, undoInVolume, volumeSpec } from './support/gluster.js';
import { volumeChange } from './support/subject-changes.js';
import type { VolumeState } from '#domain';
import type { Phase, Workflow } from './workflow.js';

/** Bricks, then the Gluster volume over them, then its start. */
export const volumeCreate: Workflow = {
  kind: 'volume-create',
  outline: { bricks: 'brick *', volume: 'volume', start: 'start' },

  async plan(operation, view) {
    const volume = await view.load('volume', operation.subjectId);
    const reach = await reachOf(view, volume);
    return [makeBricks(volume.brickSets, volume.gid), makeVolume(volume, reach), startVolume(volume, reach)];
  },

  async succeed({ operationId, subjectId }, tx) {
    const { change } = await volumeChange(tx, subjectId, { type: 'FinishVolumeCreate', operationId });
    await tx.append([change]);
    return `/volumes/${subjectId}`;
  },

  async fail({ operationId, subjectId, clusterId }, reason, tx, kept) {
    await tx.lockCluster(clusterId);
    const { change, before } = await volumeChange(tx, subjectId, { type: 'FailVolumeCreate', operationId, reason });
    await tx.append([change, ...(await releaseBricks(tx, before.brickSets, kept))]);
  },
};

function makeVolume(volume: VolumeState, reach: readonly string[]): Phase {
  return {
    name: 'volume',
    steps: [
      {
        name: 'volume',
        reach,
        ensure: async (context) => {
          const { nodes, call, fresh } = context;
          const spec = await volumeSpec(context, volume, volume.brickSets);
          const { brickSets, gid } = volume;
          return onVolume(context, volume, async (via, first) => {
            const create = (): Promise<void> => nodes.ensureVolume(via, spec, { fresh: fresh && first }, call);
            await givingBricks(context, via, { brickSets, gid, spec }, fresh && first, create);
            return { via: via.manageHost };
          });
        },
        undo: async (context) => {
          const { nodes, call } = context;
          const spec = await volumeSpec(context, volume, volume.brickSets);
          await undoInVolume(context, volume, async (via) => {
            // Somebody else's volume of the same name, over which the create failed, is left alone.
            await nodes.ensureVolumeStopped(via, volume.name, call, spec);
            await nodes.removeVolume(via, volume.name, call, spec);
          });
        },
      },
    ],
  };
}

function startVolume(volume: VolumeState, reach: readonly string[]): Phase {
  return {
    name: 'start',
    steps: [
      {
        name: 'start',
        reach,
        ensure: async (context) =>
          onVolume(context, volume, async (via) => {
            await context.nodes.ensureVolumeStarted(via, volume.name, context.call);
            return { via: via.manageHost };
          }),
        // The undo of the volume stops it before it removes it: both have to look at the same volume.
        undo: () => Promise.resolve(),
      },
    ],
  };
}
