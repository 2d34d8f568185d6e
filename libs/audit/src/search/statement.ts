import { splitPosition } from '#event-store';
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
  /** On the table's alias `d`. Null: the whole log. */
  readonly condition: ((parameters: Parameters) => string) | null;
}

export const wholeLog: Drive = { table: 'event', condition: null };

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
            condition: (p) => `d.object_kind = ${p.add(object.kind)} and d.object_id = ${p.add(object.id)}`,
          },
        ];
  const byColumn = Object.entries(columns).flatMap(([name, column]): Drive[] => {
    const value = filter[name as keyof typeof columns];
    return value === undefined
      ? []
      : [{ table: 'event', condition: (p: Parameters) => `d.${column} = ${p.add(value)}` }];
  });
  return [...byObject, ...byColumn];
}

/** What holds of every event `e` that is wanted, but for its object where a drive has seen to that already. */
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
        and o.transaction_id = e.transaction_id and o.global_position = e.global_position)`);
  }
  return wanted;
}

/** The places along a drive in a range, in the order of reading. */
export function placesAlong(drive: Drive, range: LogRange, order: LogOrder, p: Parameters): string {
  const [from, before] = [splitPosition(range.from), splitPosition(range.before)];
  const place = '(d.transaction_id, d.global_position)';
  const conditions = [
    ...(drive.condition === null ? [] : [drive.condition(p)]),
    `${place} >= (${p.add(from.transactionId)}::xid8, ${p.add(from.globalPosition)}::bigint)`,
    `${place} < (${p.add(before.transactionId)}::xid8, ${p.add(before.globalPosition)}::bigint)`,
  ];
  return `from brickyard.${drive.table} d where ${conditions.join(' and ')} order by ${inOrder('d', order)}`;
}

export function inOrder(alias: string, order: LogOrder): string {
  const direction = order === 'oldest-first' ? 'asc' : 'desc';
  return `${alias}.transaction_id ${direction}, ${alias}.global_position ${direction}`;
}
