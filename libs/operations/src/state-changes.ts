import {
  brickReasons,
  contentReasons,
  deviceDecider,
  noContents,
  nodeDecider,
  remedy,
  type AdminState,
  type Contents,
  type DeviceEvent,
  type DeviceState,
  type NodeState,
} from '#domain';
import { DomainError, type Reason } from '#kernel';
import type { Change, Loaded } from '#read-model';
import { acceptOperation, type OperationRequest } from './accept-operation.js';

const noReplacement = 'No Replacement was found for resource requested to be removed';

/**
 * A change of a device's state: it needs no node, so the operation begins and ends in the transaction that accepts it. What
 * Heketi reports through its queue (an illegal transition, bricks that cannot be moved) becomes a failed operation.
 * @param volumes those with bricks on the device: only to name them
 * @throws DomainError where the device is not there or is being deleted
 */
export function changeDeviceState(
  request: OperationRequest,
  device: Loaded<DeviceState>,
  to: AdminState,
  volumes: Contents = noContents,
): Change[] {
  return ended(request, () => [deviceStateChange(device, to, volumes)]);
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
    const full = devices.filter((device) => device.state.brickCount > 0);
    const [first] = full;
    if (first !== undefined) {
      const text = `Unable to remove node [${nodeId}] as no device was found to replace device [${first.state.deviceId}]`;
      throw new DomainError('refused', `${text}: ${noReplacement}`, fullDeviceReasons(full));
    }
    return [...devices.map(removedWithNode), change];
  });
}

/** How many devices a reason names. */
const SHOWN = 10;

function fullDeviceReasons(full: readonly Loaded<DeviceState>[]): readonly Reason[] {
  const ids = full.slice(0, SHOWN).map(({ state }) => state.deviceId);
  const holder = 'bricks are on';
  const [line] = contentReasons('no-bricks', holder, 'device', { count: full.length, ids });
  const because = full.slice(0, SHOWN).flatMap(({ state }) => brickReasons(state, noContents).slice(0, 1));
  const help = remedy('delete-volumes', 'delete the volumes that have bricks there: bricks cannot be moved yet');
  return line === undefined ? [] : [{ ...line, because }, help];
}

function deviceStateChange({ state, version }: Loaded<DeviceState>, to: AdminState, volumes: Contents): Change {
  const { deviceId } = state;
  if (to === 'failed' && state.state === 'offline' && state.brickCount > 0) {
    const text = `Unable to delete device [${deviceId}] as no device was found to replace it`;
    throw new DomainError('refused', `${text}: ${noReplacement}`, brickReasons(state, volumes));
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
    const { message: reason, reasons } = error;
    const data = reasons.length === 0 ? { reason } : { reason, reasons };
    const failed = { type: 'OperationFailed', data } as const;
    return [{ ...accepted, events: [...accepted.events, failed] }];
  }
}
