import type { DeviceState } from '#domain';
import { addressById } from './support/node-access.js';
import { observedDevice, recorded } from './support/observation.js';
import { deviceChange } from './support/subject-changes.js';
import type { Phase, Workflow, WorkflowQueries } from './workflow.js';

/** Makes the device a volume group of its own and measures it. */
export const deviceAdd: Workflow = {
  kind: 'device-add',
  outline: { device: 'device' },

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
        reach: [nodeId],
        ensure: async ({ nodes, queries, load, call }) => {
          const known = destroyData ? await knownPvUuids(queries, deviceId) : null;
          const spared = known === null ? {} : { knownPvUuids: known };
          const setup = { deviceId, name, destroyData, ...spared };
          return recorded(await nodes.ensureDevice(await addressById(load, nodeId), setup, call));
        },
        undo: async ({ nodes, load, call }) => {
          await nodes.removeDevice(await addressById(load, nodeId), { deviceId, name, pvUuid: '' }, call);
        },
      },
    ],
  };
}

/** The physical volumes of all other devices; null where not all are known, and so none may be destroyed. */
async function knownPvUuids(queries: WorkflowQueries, deviceId: string): Promise<string[] | null> {
  const clusters = await queries.clusterIds();
  const members = (await Promise.all(clusters.map((id) => queries.clusterNodes(id)))).flat();
  const others = members.flatMap((member) => member.devices).filter(({ device }) => device.deviceId !== deviceId);
  const uuids = others.map(({ device }) => device.pvUuid);
  return uuids.includes('') ? null : uuids;
}
