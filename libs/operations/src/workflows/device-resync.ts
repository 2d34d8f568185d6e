import { addressById } from './support/node-access.js';
import { observedDevice, recorded } from './support/observation.js';
import { deviceChange } from './support/subject-changes.js';
import type { Workflow } from './workflow.js';

/**
 * Measures a device again. What is used stays the sum of its bricks, which only their events change; free space becomes what
 * LVM reports, but never more than the bricks leave, and the total follows, so that free + used = total (see evolveDevice).
 */
export const deviceResync: Workflow = {
  kind: 'device-resync',
  outline: { measure: 'measure' },

  async plan(operation, { load }) {
    const { deviceId, nodeId, name, pvUuid } = await load('device', operation.subjectId);
    return [
      {
        name: 'measure',
        steps: [
          {
            name: 'measure',
            // A question changes nothing, whenever it is answered.
            reach: [],
            ensure: async (context) =>
              recorded(
                await context.nodes.measureDevice(
                  await addressById(context.load, nodeId),
                  { deviceId, name, pvUuid },
                  context.call,
                ),
              ),
            undo: () => Promise.resolve(),
          },
        ],
      },
    ];
  },

  async succeed(operation, tx) {
    await tx.lockCluster(operation.clusterId);
    const observation = observedDevice(operation, 'measure');
    await tx.append([await deviceChange(tx, operation.subjectId, { type: 'ResyncDevice', observation })]);
    return null;
  },

  /** Nothing was changed, so there is nothing to say but that the operation failed. */
  fail: () => Promise.resolve(),
};
