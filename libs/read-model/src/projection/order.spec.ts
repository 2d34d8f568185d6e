import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as sample from '#test/sample-events';
import { evolvers, type EventOf, type StreamKind } from '#domain';
import { project, type VersionedEvent } from './project.js';
import type { RowChange } from './rows.js';

interface Stream {
  readonly kind: StreamKind;
  readonly id: string;
  readonly events: readonly EventOf<StreamKind>[];
}

/** Tables in memory: the primary key to the row. */
type Tables = Map<string, unknown>;

function applyTo(tables: Tables, changes: readonly RowChange[]): void {
  for (const change of changes) {
    if (change.op === 'delete') tables.delete(keyOf(change.table, change.key));
    else tables.set(keyOf(change.table, change.row), merged(tables, change));
  }
}

function keyOf(table: string, row: object): string {
  const { id, kind, name } = row as { id?: string; kind?: string; name?: string };
  return `${table}/${id ?? `${kind ?? ''}/${name ?? ''}`}`;
}

function merged(tables: Tables, change: Extract<RowChange, { op: 'upsert' }>): unknown {
  if (change.table !== 'operation' || change.row.accepted_at !== null) return change.row;
  const { accepted_at } = tables.get(keyOf('operation', change.row)) as { accepted_at: string };
  return { ...change.row, accepted_at };
}

/** Feeds one event at a time, or several of a stream at once, in the order that `picks` says. */
function replay(streams: readonly Stream[], picks: readonly { stream: number; count: number }[]): Tables {
  const tables: Tables = new Map();
  const at = streams.map(({ kind }) => ({ state: evolvers[kind].initial, version: 0 }));
  const feed = (nth: number, count: number): void => {
    const stream = streams[nth]!;
    const before = at[nth]!;
    const events = stream.events.slice(before.version, before.version + count).map((event, offset): VersionedEvent => ({
      event,
      version: before.version + offset + 1,
      recordedAt: new Date(offset + before.version),
    }));
    if (events.length === 0) return;
    const { changes, state, version } = project(stream.kind, stream.id, before.state, before.version, events);
    at[nth] = { state, version };
    applyTo(tables, changes);
  };
  for (const { stream, count } of picks) feed(stream % streams.length, count);
  streams.forEach((_, nth) => feed(nth, Infinity));
  return tables;
}

/** Reservations and releases of a few bricks, in an order that a device can have gone through. */
const deviceHistory = (deviceId: string): fc.Arbitrary<Stream> =>
  fc.array(fc.nat({ max: 4 }), { maxLength: 12 }).map((toggles) => {
    const held = new Set<number>();
    const events = toggles.map((nth): EventOf<'device'> => {
      const data = sample.brick(`b${nth}-${deviceId}`, { volumeId: 'v', deviceId, nodeId: 'n' }, nth + 1);
      if (held.delete(nth)) return { type: 'BrickReleased', data };
      held.add(nth);
      return { type: 'BrickReserved', data };
    });
    return { kind: 'device', id: deviceId, events: [...sample.deviceAdded(deviceId, 'n', 'c'), ...events] };
  });

const nodeHistory = (nodeId: string): fc.Arbitrary<Stream> =>
  fc.constantFrom(0, 1, 2, 4, 6).map((length) => ({
    kind: 'node',
    id: nodeId,
    events: [
      ...sample.nodeAdded(nodeId, 'c'),
      ...sample.nodeDeleted(nodeId),
      ...sample.nodeAdded(nodeId, 'c', { manageHostnames: [`again-${nodeId}`] }),
    ].slice(0, length),
  }));

const volumeHistory = (volumeId: string): fc.Arbitrary<Stream> =>
  fc.nat({ max: 4 }).map((length) => ({
    kind: 'volume',
    id: volumeId,
    events: [
      sample.volumeCreateAccepted(volumeId, 'c', []),
      sample.volumeCreated(volumeId),
      ...sample.volumeDeleted(volumeId),
    ].slice(0, length),
  }));

const operationHistory = (operationId: string): fc.Arbitrary<Stream> =>
  fc.integer({ min: 1, max: 3 }).map((length) => ({
    kind: 'operation',
    id: operationId,
    events: [
      sample.operationAccepted(operationId, 'c'),
      { type: 'OperationStarted', data: { worker: 'w', attempt: 1, leaseEpochs: {} } } as const,
      { type: 'OperationSucceeded', data: { location: null } } as const,
    ].slice(0, length),
  }));

const histories = fc.tuple(
  deviceHistory('d1'),
  deviceHistory('d2'),
  nodeHistory('n1'),
  nodeHistory('n2'),
  volumeHistory('v1'),
  operationHistory('o1'),
);
const picks = fc.array(fc.record({ stream: fc.nat(), count: fc.integer({ min: 1, max: 5 }) }), { maxLength: 60 });

describe('the order of independent streams', () => {
  it('does not matter, nor into how many steps their events are cut', () => {
    fc.assert(
      fc.property(histories, picks, picks, (streams, one, other) => {
        expect(replay(streams, one)).toEqual(replay(streams, other));
      }),
    );
  });

  it('leaves one row per object that is there, one per brick that is held', () => {
    fc.assert(
      fc.property(histories, picks, (streams, order) => {
        const tables = replay(streams, order);
        for (const { kind, id } of streams) {
          const row = tables.get(`${kind}/${id}`) as { doc: { brickCount?: number } } | undefined;
          if (kind !== 'device') continue;
          const bricks = [...tables.keys()].filter((key) => key.startsWith('brick/') && key.endsWith(id));
          expect(bricks).toHaveLength(row?.doc.brickCount ?? 0);
        }
      }),
    );
  });
});
