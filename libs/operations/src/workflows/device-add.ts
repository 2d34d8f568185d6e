import type { DeviceState } from '#domain';
import { addressById } from './support/node-access.js';
import { observedDevice, recorded } from './support/observation.js';
import { deviceChange } from './support/subject-changes.js';
import type { Phase, Workflow } from './workflow.js';

/** Makes the device a volume group of its own and measures it. */
export const deviceAdd: Workflow = {
  kind: 'device-add',

  async plan(operation, { load }) {
    return [setUp(await load('device', operation.subjectId))];
  },

  async succeed(operation, tx) {
    const { operationId, subjectId, clusterId } = operation;
    await tx.lockCluster(clusterId);
    const observation = observedDevice(operation, 'device');
    await tx.append([await deviceChange(tx, subjectId, { type: 'FinishDeviceAdd', operationId, observation })]);
    return null;
  },

  async fail({ operationId, subjectId }, reason, tx) {
    await tx.append([await deviceChange(tx, subjectId, { type: 'FailDeviceAdd', operationId, reason })]);
  },
};

function setUp(device: DeviceState): Phase {
  const { deviceId, nodeId, name, destroyData } = device;
  return {
    name: 'device',
    steps: [
      {
        name: 'device',
        ensure: async ({ nodes, load, call }) =>
          recorded(await nodes.ensureDevice(await addressById(load, nodeId), { deviceId, name, destroyData }, call)),
        undo: async ({ nodes, load, call }) => {
          await nodes.removeDevice(await addressById(load, nodeId), { deviceId, name, pvUuid: '' }, call);
        },
      },
    ],
  };
}
