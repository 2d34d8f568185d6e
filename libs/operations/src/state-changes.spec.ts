import { evolvers, noDevice, noNode, type AdminState, type DeviceState, type NodeState } from '#domain';
import { fold } from '#kernel';
import type { Change } from '#read-model';
import { describe, expect, it } from 'vitest';
import { acceptOperation, type OperationRequest } from './accept-operation.js';
import { changeDeviceState, changeNodeState } from './state-changes.js';

const request: OperationRequest = {
  operationId: 'op',
  kind: 'device-state',
  subjectId: 'd',
  clusterId: 'c',
  requestedBy: 'admin',
};

function device(state: AdminState, over: Partial<DeviceState> = {}): { state: DeviceState; version: number } {
  return { state: { ...noDevice, deviceId: 'd', nodeId: 'n', status: 'active', state, ...over }, version: 7 };
}

function node(state: AdminState): { state: NodeState; version: number } {
  return { state: { ...noNode, nodeId: 'n', status: 'active', state }, version: 4 };
}

/** How the operation ended, and what else was changed. */
function outcomeOf(changes: readonly Change[]): { operation: object; others: object[] } {
  const [first, ...others] = changes as [Change<'operation'>, ...Change[]];
  const { status, reason } = fold(evolvers.operation.evolve, evolvers.operation.initial, first.events);
  return { operation: { status, reason }, others: others.map(({ kind, id, events }) => ({ kind, id, events })) };
}

const changed = (state: AdminState): object[] => [{ type: 'DeviceStateChanged', data: { state } }];
const noReplacement = 'No Replacement was found for resource requested to be removed';

describe('the state of a device', () => {
  it.each([
    ['online', 'offline'],
    ['offline', 'online'],
    ['offline', 'failed'],
    ['failed', 'offline'],
  ] as const)('goes from %s to %s', (from, to) => {
    expect(outcomeOf(changeDeviceState(request, device(from), to))).toEqual({
      operation: { status: 'succeeded', reason: null },
      others: [{ kind: 'device', id: 'd', events: changed(to) }],
    });
  });

  it('may stay as it is', () => {
    const { operation, others } = outcomeOf(changeDeviceState(request, device('online'), 'online'));
    expect(operation).toMatchObject({ status: 'succeeded' });
    expect(others).toEqual([]);
  });

  it.each([
    ['online', 'failed', 0, 'Device must be offline before remove operation is performed, device:d'],
    ['online', 'failed', 2, 'Device must be offline before remove operation is performed, device:d'],
    ['failed', 'online', 0, 'Cannot move a failed/removed device to online state'],
    ['offline', 'failed', 1, `Unable to delete device [d] as no device was found to replace it: ${noReplacement}`],
  ] as const)('does not go from %s to %s with %i bricks', (from, to, brickCount, reason) => {
    expect(outcomeOf(changeDeviceState(request, device(from, { brickCount }), to))).toEqual({
      operation: { status: 'failed', reason },
      others: [],
    });
  });

  it('of a device that is not there is refused at once', () => {
    expect(() => changeDeviceState(request, device('online', { status: 'deleted' }), 'offline')).toThrow(
      'Id not found',
    );
  });
});

describe('the state of a node', () => {
  it('failed takes its devices along', () => {
    const devices = [device('offline'), device('failed', { deviceId: 'e' })];
    expect(outcomeOf(changeNodeState({ ...request, kind: 'node-state' }, node('offline'), devices, 'failed'))).toEqual({
      operation: { status: 'succeeded', reason: null },
      others: [
        { kind: 'device', id: 'd', events: changed('failed') },
        { kind: 'node', id: 'n', events: [{ type: 'NodeStateChanged', data: { state: 'failed' } }] },
      ],
    });
  });

  it('is not failed while one of its devices has bricks', () => {
    const devices = [device('online', { brickCount: 1 })];
    const reason = `Unable to remove node [n] as no device was found to replace device [d]: ${noReplacement}`;
    expect(outcomeOf(changeNodeState({ ...request, kind: 'node-state' }, node('offline'), devices, 'failed'))).toEqual({
      operation: { status: 'failed', reason },
      others: [],
    });
  });

  it('names the devices that are in the way, and the volumes where one device is asked about', () => {
    const reasonsOf = ([first]: readonly Change[]): unknown => {
      const { events } = first as Change<'operation'>;
      return fold(evolvers.operation.evolve, evolvers.operation.initial, events).reasons;
    };
    const devices = [device('online', { brickCount: 1, usedKiB: 8 })];
    expect(reasonsOf(changeNodeState(request, node('offline'), devices, 'failed'))).toMatchObject([
      { rule: 'no-bricks', values: { devices: 1, deviceIds: ['d'] }, because: [{ values: { bricks: 1, usedKiB: 8 } }] },
      { rule: 'remedy' },
    ]);
    const volumes = { count: 1, ids: ['v'] };
    expect(
      reasonsOf(changeDeviceState(request, device('offline', { brickCount: 1 }), 'failed', volumes)),
    ).toMatchObject([
      { rule: 'no-bricks', because: [{ rule: 'no-volumes', values: { volumeIds: ['v'] } }] },
      { rule: 'remedy' },
    ]);
  });

  it('leaves the devices as they are otherwise', () => {
    const { others } = outcomeOf(changeNodeState(request, node('online'), [device('online')], 'offline'));
    expect(others).toHaveLength(1);
  });
});

describe('an accepted operation', () => {
  const resources = (over: Partial<OperationRequest>): unknown => {
    const [event] = acceptOperation({ ...request, ...over }).events;
    return event?.type === 'OperationAccepted' ? event.data.resources : null;
  };

  it('names what it needs to itself, sorted', () => {
    expect(resources({ kind: 'node-add', subjectId: 'n' })).toEqual(['node/n', 'peers/c']);
    expect(resources({ kind: 'device-add', nodeId: 'n' })).toEqual(['device/d', 'node/n']);
    expect(resources({ kind: 'volume-create', subjectId: 'v' })).toEqual(['volume/v']);
    expect(resources({ kind: 'device-state' })).toEqual([]);
  });
});
