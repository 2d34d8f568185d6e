import { type DeviceState, requireDevice } from '#domain';
import type { Loaded } from '#read-model';
import type { Work } from '../changes/changes.js';

/**
 * A device, held together with its cluster; the cluster first, as everywhere.
 * @throws DomainError `Id not found`
 */
export async function lockDevice({ tx, queries }: Work, deviceId: string): Promise<Loaded<DeviceState>> {
  const found = await queries.state('device', deviceId);
  if (found !== null) await tx.lockCluster(found.clusterId);
  const device = await tx.load('device', deviceId, { lock: true });
  requireDevice(device.state);
  return device;
}
