import { type LogPosition, splitPosition } from '#event-store';
import type { SqlValue } from '#kernel';
import type { EventFilter, LogOrder } from './filter.js';
import type { LogRange } from './range.js';

/** The values of a statement that is put together from parts. */
export class Parameters {
  readonly values: SqlValue[] = [];

  /** @returns what stands for the value in the statement */
  add(value: SqlValue): string {
    this.values.push(value);
    return `$${this.values.length.toString()}`;
  }
}

/** The events with one value, along an index that has them in the order of the log. */
export interface Drive {
  readonly table: 'event' | 'event_object';
  /** What the index begins with, before the place in the log. Empty: the whole log. */
  readonly key: readonly (readonly [column: string, value: string])[];
}

export const wholeLog: Drive = { table: 'event', key: [] };

const columns = {
  requestId: 'request_id',
  sourceAddress: 'source_address',
  actor: 'actor',
  type: 'type',
  issuer: 'issuer',
} as const satisfies Partial<Record<keyof EventFilter, string>>;

/** The ways into the log that a filter opens, most often the shortest first. */
export function drivesOf(filter: EventFilter): readonly Drive[] {
  const { object } = filter;
  const byObject: Drive[] =
    object === undefined
      ? []
      : [
          {
            table: 'event_object',
            key: [
              ['object_kind', object.kind],
              ['object_id', object.id],
            ],
          },
        ];
  const byColumn = Object.entries(columns).flatMap(([name, column]): Drive[] => {
    const value = filter[name as keyof typeof columns];
    return value === undefined ? [] : [{ table: 'event', key: [[column, value]] }];
  });
  return [...byObject, ...byColumn];
}

/**
 * What holds of every event `e` that is wanted, but for its object where a drive has seen to that already. With "offset 0" each
 * event is looked up by itself; the planner might else read all events of the object first.
 */
export function conditionsOf(filter: EventFilter, drive: Drive, p: Parameters): readonly string[] {
  const { object, from, to } = filter;
  const wanted: string[] = [];
  for (const [name, column] of Object.entries(columns)) {
    const value = filter[name as keyof typeof columns];
    if (value !== undefined) wanted.push(`e.${column} = ${p.add(value)}`);
  }
  if (from !== undefined) wanted.push(`e.recorded_at >= ${p.add(from)}`);
  if (to !== undefined) wanted.push(`e.recorded_at < ${p.add(to)}`);
  if (object !== undefined && drive.table === 'event') {
    wanted.push(`exists (select from brickyard.event_object o
      where o.object_kind = ${p.add(object.kind)} and o.object_id = ${p.add(object.id)}
        and o.transaction_id = e.transaction_id and o.global_position = e.global_position offset 0)`);
  }
  return wanted;
}

/**
 * The places along a drive in a range, in the order of reading, along its index whatever the statistics say of the value:
 *
 * - It is compared and sorted by as a part of the place, so no other index will do. Told that it is equal, the planner may go along
 *   the order of the log and wait for the value to come, which it does not where one that was frequent has gone out of use.
 * - It comes from a select, so the planner cannot look it up. Where it expects few events it would read and sort all of them.
 */
export function placesAlong(drive: Drive, range: LogRange, order: LogOrder, p: Parameters): string {
  const place = indexColumns('d', drive).join(', ');
  const bound = (at: LogPosition): string => {
    const { transactionId, globalPosition } = splitPosition(at);
    const value = drive.key.map(([, of]) => `(select ${p.add(of)}::text), `).join('');
    return `(${value}${p.add(transactionId)}::xid8, ${p.add(globalPosition)}::bigint)`;
  };
  const conditions = [
    // Postgres does not see it in a comparison of rows, and some indexes have only these.
    ...drive.key.map(([column]) => `d.${column} is not null`),
    `(${place}) >= ${bound(range.from)}`,
    `(${place}) < ${bound(range.before)}`,
  ];
  return `from brickyard.${drive.table} d where ${conditions.join(' and ')} order by ${inOrder('d', drive, order)}`;
}

/** The columns of a drive's index. */
export function indexColumns(alias: string, { key }: Drive): readonly string[] {
  return [...key.map(([column]) => column), 'transaction_id', 'global_position'].map((column) => `${alias}.${column}`);
}

/** For "order by", of a row with the columns of the drive's index. */
export function inOrder(alias: string, drive: Drive, order: LogOrder): string {
  const direction = order === 'oldest-first' ? 'asc' : 'desc';
  return indexColumns(alias, drive)
    .map((column) => `${column} ${direction}`)
    .join(', ');
}
