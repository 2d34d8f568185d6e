import {
  deviceDecider,
  nodeDecider,
  type AdminState,
  type DeviceEvent,
  type DeviceState,
  type NodeState,
} from '#domain';
import { DomainError } from '#kernel';
import type { Change, Loaded } from '#read-model';
import { acceptOperation, type OperationRequest } from './accept-operation.js';

const noReplacement = 'No Replacement was found for resource requested to be removed';

/**
 * A change of a device's state: it needs no node, so the operation begins and ends in the transaction that accepts it. What
 * Heketi reports through its queue (an illegal transition, bricks that cannot be moved) becomes a failed operation.
 * @throws DomainError where the device is not there or is being deleted
 */
export function changeDeviceState(request: OperationRequest, device: Loaded<DeviceState>, to: AdminState): Change[] {
  return ended(request, () => [deviceStateChange(device, to)]);
}

/**
 * A change of a node's state. `failed` takes the node's devices along; one with bricks refuses it.
 * @param devices of the node, locked in the same transaction
 * @throws DomainError where the node is not there or is being deleted
 */
export function changeNodeState(
  request: OperationRequest,
  node: Loaded<NodeState>,
  devices: readonly Loaded<DeviceState>[],
  to: AdminState,
): Change[] {
  const { nodeId } = node.state;
  return ended(request, () => {
    const events = nodeDecider.decide({ type: 'ChangeNodeState', state: to }, node.state);
    if (events.length === 0) return [];
    const change: Change = { kind: 'node', id: nodeId, expectedVersion: node.version, events };
    if (to !== 'failed') return [change];
    const full = devices.find((device) => device.state.brickCount > 0);
    if (full !== undefined) {
      const text = `Unable to remove node [${nodeId}] as no device was found to replace device [${full.state.deviceId}]`;
      throw new DomainError('refused', `${text}: ${noReplacement}`);
    }
    return [...devices.map(removedWithNode), change];
  });
}

function deviceStateChange({ state, version }: Loaded<DeviceState>, to: AdminState): Change {
  const { deviceId } = state;
  if (to === 'failed' && state.state === 'offline' && state.brickCount > 0) {
    const text = `Unable to delete device [${deviceId}] as no device was found to replace it`;
    throw new DomainError('refused', `${text}: ${noReplacement}`);
  }
  const events = deviceDecider.decide({ type: 'ChangeDeviceState', state: to }, state);
  return { kind: 'device', id: deviceId, expectedVersion: version, events };
}

/** Whatever state it was in: Heketi removes a node's devices regardless of each one's own state. */
function removedWithNode({ state, version }: Loaded<DeviceState>): Change {
  const events: DeviceEvent[] =
    state.state === 'failed' ? [] : [{ type: 'DeviceStateChanged', data: { state: 'failed' } }];
  return { kind: 'device', id: state.deviceId, expectedVersion: version, events };
}

/** Refusals of a kind that the HTTP edge answers at once (not found, in use) are not outcomes of an operation. */
function ended(request: OperationRequest, decide: () => Change[]): Change[] {
  const accepted = acceptOperation(request);
  try {
    const changes = decide().filter((change) => change.events.length > 0);
    const done = { type: 'OperationSucceeded', data: { location: null } } as const;
    return [{ ...accepted, events: [...accepted.events, done] }, ...changes];
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'refused') throw error;
    const failed = { type: 'OperationFailed', data: { reason: error.message } } as const;
    return [{ ...accepted, events: [...accepted.events, failed] }];
  }
}
