import { describe, expect, it } from 'vitest';
import type { AnyEvent, StreamKind } from '#domain';
import { logPosition, type RecordedEvent } from '#event-store';
import { type Attribution, systemAttribution } from '#kernel';
import * as sample from '#test/sample-events';
import { operationIdOf } from './event-group.js';
import type { HistoryEntry, HistoryObject } from './history-entry.js';
import { knownBy, Names } from './names.js';
import { entryOf } from './timeline.js';
import type { RecordedOperationEvent } from './told-operation.js';

const OPERATION = 'op1';
const ann: Attribution = {
  actor: 'ann',
  issuer: 'admin',
  requestId: 'request1',
  sourceAddress: '10.0.0.7',
  userAgent: 'curl',
  correlationId: OPERATION,
  causationId: null,
};
const worker = systemAttribution('worker-1', OPERATION);
const bricks = ['a', 'b'].map((name) =>
  sample.brick(`brick-${name}`, { volumeId: 'v1', deviceId: `device-${name}`, nodeId: `node-${name}` }, 512),
);

let place = 0;
const recorded = (streamKind: StreamKind, streamId: string, event: AnyEvent, attribution = worker): RecordedEvent => ({
  position: logPosition('1', String((place += 1))),
  eventId: String(place),
  streamKind,
  streamId,
  streamVersion: place,
  schemaVersion: 1,
  event,
  attribution,
  recordedAt: new Date(Date.UTC(2026, 10, 22, 12, 0, place)),
});

const command = { node: 'manage-node-b', command: 'lvcreate', exitCode: 5, durationMs: 12, stderr: 'no room' };
const step = (brick: string) => ({ phase: 'bricks', step: `brick ${brick}`, commands: [command] });

/** A create of two bricks, of which one fails. */
const log: readonly RecordedEvent[] = [
  recorded('operation', OPERATION, sample.operationAccepted(OPERATION, 'c1', { subjectId: 'v1' }), ann),
  recorded('volume', 'v1', sample.volumeCreateAccepted('v1', 'c1', bricks, { name: 'night' }), ann),
  ...bricks.map((brick) => recorded('device', brick.deviceId, { type: 'BrickReserved', data: brick }, ann)),
  recorded('operation', OPERATION, {
    type: 'OperationStarted',
    data: { worker: 'worker-1', attempt: 1, leaseEpochs: {} },
  }),
  recorded('operation', OPERATION, {
    type: 'PhaseStarted',
    data: { phase: 'bricks', steps: ['brick brick-a', 'brick brick-b'] },
  }),
  recorded('operation', OPERATION, { type: 'StepSucceeded', data: { ...step('brick-a'), commands: [], observed: 7 } }),
  recorded('operation', OPERATION, { type: 'StepFailed', data: { ...step('brick-b'), reason: 'no room' } }),
  recorded('operation', OPERATION, { type: 'CompensationStarted', data: { reason: 'no room' } }),
  recorded('operation', OPERATION, { type: 'StepUndone', data: { ...step('brick-a'), commands: [] } }),
  recorded('volume', 'v1', { type: 'VolumeCreateFailed', data: { operationId: OPERATION, reason: 'no room' } }),
  ...bricks.map((brick) => recorded('device', brick.deviceId, { type: 'BrickReleased', data: brick })),
  recorded('operation', OPERATION, { type: 'OperationFailed', data: { reason: 'no room' } }),
];

const beginnings: [string, AnyEvent][] = [
  ...log.map(({ streamId, event }): [string, AnyEvent] => [streamId, event as AnyEvent]),
  ...['a', 'b'].flatMap((name): [string, AnyEvent][] => [
    [`device-${name}`, sample.deviceAdded(`device-${name}`, `node-${name}`, 'c1')[0]!],
    [`node-${name}`, sample.nodeAddAccepted(`node-${name}`, 'c1')],
  ]),
];
const names = new Names(
  new Map(
    beginnings.flatMap(([id, event]) => {
      const known = knownBy(event);
      return known === null ? [] : [[id, known] as const];
    }),
  ),
);

function seenFrom(kind: HistoryObject['kind'], id: string, until = log.length): HistoryEntry {
  const named = log
    .slice(0, until)
    .filter(({ streamId, event }) => streamId === id || JSON.stringify(event).includes(id));
  const about = kind === 'device' || kind === 'node' || kind === 'brick' ? named : log.slice(0, until);
  const operation = log.slice(0, until).filter(({ streamKind }) => streamKind === 'operation');
  return entryOf({ kind, id }, { head: about[0]!, about, operation: operation as RecordedOperationEvent[] }, names);
}

describe('an operation in the history', () => {
  it('of its volume is one entry, by whoever asked for it, with its bricks, steps and outcome', () => {
    const entry = seenFrom('volume', 'v1');
    expect(entry).toMatchObject({
      what: 'volume night was not created: no room',
      position: log[0]!.position,
      type: 'OperationAccepted',
      actor: 'ann',
      issuer: 'admin',
      requestId: 'request1',
      sourceAddress: '10.0.0.7',
      operationId: OPERATION,
    });
    expect(entry.events.map(({ what }) => what)).toEqual([
      'creation of volume night accepted: 1 GiB, distributed only, 2 bricks',
      'brick came on device /dev/device-a of node manage-node-a: 2 GiB taken',
      'brick came on device /dev/device-b of node manage-node-b: 2 GiB taken',
      'volume night was not created: no room',
      'brick went on device /dev/device-a of node manage-node-a: 2 GiB given back',
      'brick went on device /dev/device-b of node manage-node-b: 2 GiB given back',
    ]);
    expect(entry.operation).toMatchObject({
      status: 'failed',
      reason: 'no room',
      acceptedAt: log[0]!.recordedAt.toISOString(),
      endedAt: log.at(-1)!.recordedAt.toISOString(),
      runs: [{ worker: 'worker-1', attempt: 1 }],
      undoneFrom: log[8]!.recordedAt.toISOString(),
    });
    expect(entry.operation!.steps.map(({ step: name, result }) => `${name} ${result}`)).toEqual([
      'brick brick-a done',
      'brick brick-b failed',
      'brick brick-a undone',
    ]);
    expect(entry.operation!.steps[1]).toMatchObject({ reason: 'no room', commands: [command] });
  });

  it('of a device tells of its own brick only', () => {
    const entry = seenFrom('device', 'device-b');
    expect(entry.what).toBe('brick of volume night went: 2 GiB given back');
    expect(entry.events.map(({ type }) => type)).toEqual(['BrickReserved', 'BrickReleased']);
    expect(entry.operation!.steps.map(({ step: name }) => name)).toEqual(['brick brick-b']);
  });

  it('of a brick is its life on its device, with the steps that made and removed it', () => {
    const entry = seenFrom('brick', 'brick-a');
    expect(entry.what).toBe(
      'brick of volume night went on device /dev/device-a of node manage-node-a: 2 GiB given back',
    );
    expect(entry.events.map(({ type }) => type)).toEqual(['VolumeCreateAccepted', 'BrickReserved', 'BrickReleased']);
    expect(entry.operation!.steps.map(({ step: name, result }) => `${name} ${result}`)).toEqual([
      'brick brick-a done',
      'brick brick-a undone',
    ]);
  });

  it('of a node tells of its devices, and of what ran on it', () => {
    const entry = seenFrom('node', 'node-b', 7);
    expect(entry.what).toBe('brick of volume night came on device /dev/device-b: 2 GiB taken');
    expect(seenFrom('node', 'node-b').operation!.steps.map(({ step: name }) => name)).toEqual(['brick brick-b']);
  });

  it('of its cluster leaves the bricks out', () => {
    const entry = seenFrom('cluster', 'c1');
    expect(entry.what).toBe('volume night was not created: no room');
    expect(entry.events.map(({ type }) => type)).toEqual(['VolumeCreateAccepted', 'VolumeCreateFailed']);
    expect(entry.operation!.steps).toEqual([]);
  });

  it('of its own says how far it has come', () => {
    expect(seenFrom('operation', OPERATION, 8).what).toBe('volume-create of volume night accepted');
    expect(seenFrom('operation', OPERATION, 10).what).toBe('volume-create of volume night is being undone: no room');
    expect(seenFrom('operation', OPERATION).what).toBe('volume-create of volume night failed: no room');
  });
});

describe('whose event it is', () => {
  it('is not for the client to say: a request id of his choice brings nothing into an operation', () => {
    const forged = { ...ann, requestId: OPERATION, correlationId: OPERATION };
    expect(operationIdOf({ attribution: ann })).toBe(OPERATION);
    expect(operationIdOf({ attribution: worker })).toBe(OPERATION);
    expect(operationIdOf({ attribution: forged })).toBeNull();
  });
});
