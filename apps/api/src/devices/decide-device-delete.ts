import { type Contents, deviceDecider, type DeviceState } from '#domain';
import { acceptOperation, type OperationRequest } from '#operations';
import type { Change, Loaded } from '#read-model';

/**
 * What accepting the deletion of a device changes. Pure.
 * @param volumes those with bricks on it, to name them
 * @throws DomainError with Heketi's text
 */
export function decideDeviceDelete(
  { state, version }: Loaded<DeviceState>,
  volumes: Contents,
  asked: Pick<OperationRequest, 'operationId' | 'requestedBy'> & { readonly forceForget: boolean },
): readonly Change[] {
  const { operationId, requestedBy, forceForget } = asked;
  const { deviceId, clusterId } = state;
  const events = deviceDecider.decide({ type: 'DeleteDevice', operationId, forceForget, volumes }, state);
  const request = { operationId, kind: 'device-delete', subjectId: deviceId, clusterId, requestedBy } as const;
  return [
    acceptOperation({ ...request, payload: { forceForget } }),
    { kind: 'device', id: deviceId, expectedVersion: version, events },
  ];
}
