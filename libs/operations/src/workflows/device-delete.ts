import type { DeviceState } from '#domain';
import { NodeCommandError } from '#storage-nodes';
import { addressById } from './support/node-access.js';
import { deviceChange } from './support/subject-changes.js';
import type { Phase, Workflow } from './workflow.js';

/**
 * Takes the volume group off the device. With `forceForget` the device goes even where the node does not let it, and where the
 * node is away a cleanup takes the volume group off when it is back.
 */
export const deviceDelete: Workflow = {
  kind: 'device-delete',
  outline: { device: 'device' },
  noWayBackFrom: 'device',

  async plan(operation, { load }) {
    return [tearDown(await load('device', operation.subjectId), operation.payload['forceForget'] === true)];
  },

  async succeed({ operationId, subjectId, clusterId }, tx) {
    await tx.lockCluster(clusterId);
    await tx.append([await deviceChange(tx, subjectId, { type: 'FinishDeviceDelete', operationId })]);
    return null;
  },

  async fail({ operationId, subjectId }, reason, tx) {
    await tx.append([await deviceChange(tx, subjectId, { type: 'FailDeviceDelete', operationId, reason })]);
  },
};

function tearDown(device: DeviceState, forceForget: boolean): Phase {
  const { deviceId, nodeId, name, pvUuid } = device;
  return {
    name: 'device',
    pointOfNoReturn: forceForget ? 'owe-at-once' : 'give-up',
    steps: [
      {
        name: 'device',
        reach: [nodeId],
        ensure: async ({ nodes, load, call }) => {
          try {
            await nodes.removeDevice(await addressById(load, nodeId), { deviceId, name, pvUuid }, call);
            return { removed: true };
          } catch (error) {
            if (!forceForget || !(error instanceof NodeCommandError)) throw error;
            return { removed: false, reason: error.message };
          }
        },
        undo: () => Promise.resolve(),
      },
    ],
  };
}
