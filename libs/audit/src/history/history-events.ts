import { eventColumns, splitPosition, toFollowedEvent, Upcasters } from '#event-store';
import type { EventRow, LogPosition, RecordedEvent } from '#event-store';
import type { Sql } from '#kernel';
import type { LogOrder } from '../search/filter.js';
import type { HistoryObject } from './history-entry.js';

/** No transaction that is still open can put anything before these: where entries stand, and cursors with them, stays as it is. */
const final = 'transaction_id < pg_snapshot_xmin(pg_current_snapshot())';

/** In SQL what operationIdOf is in the program. */
const inOperation = (event: string): string =>
  `(${event}.issuer = 'brickyard' or ${event}.request_id <> ${event}.correlation_id)`;

/**
 * Keeps those events that are about the object $1, $2. One at a time: a join may be planned the other way round, and then it reads
 * all that the log has on the object, again for each event.
 */
const aboutTheObject = (event: string): string => `cross join lateral (
  select from brickyard.event_object q
  where q.object_kind = $1 and q.object_id = $2
    and q.transaction_id = ${event}.transaction_id and q.global_position = ${event}.global_position
  offset 0
) about`;

const heads = (order: LogOrder): string => {
  const [follows, direction] = order === 'oldest-first' ? ['>', 'asc'] : ['<', 'desc'];
  return `
select ${eventColumns('e')}
from brickyard.event_object o
cross join lateral (
  select * from brickyard.event f
  where f.transaction_id = o.transaction_id and f.global_position = o.global_position
  offset 0
) e
where o.object_kind = $1 and o.object_id = $2 and o.${final}
  and ($3::xid8 is null or (o.transaction_id, o.global_position) ${follows} ($3::xid8, $4::bigint))
  and not (${inOperation('e')} and exists (
    select from brickyard.event p ${aboutTheObject('p')}
    where p.correlation_id = e.correlation_id and ${inOperation('p')}
      and (p.transaction_id, p.global_position) < (e.transaction_id, e.global_position)))
order by o.transaction_id ${direction}, o.global_position ${direction}
limit $5`;
};

const statements = { 'oldest-first': heads('oldest-first'), 'newest-first': heads('newest-first') } as const;

// An entry is told with all that is committed, also by transactions that stand behind one that is still open: who has just seen
// an operation end finds it ended here.
const aboutInOperations = `
select ${eventColumns('e')}
from brickyard.event e ${aboutTheObject('e')}
where e.correlation_id = any($3::text[]) and ${inOperation('e')}
order by e.transaction_id, e.global_position`;

const operationStreams = `
select ${eventColumns('e')}
from brickyard.event e
where e.stream_kind = 'operation' and e.stream_id = any($1::text[])
order by e.stream_id, e.stream_version`;

/** The events that histories are told from. */
export class HistoryEvents {
  constructor(
    private readonly sql: Sql,
    private readonly upcasters: Upcasters = new Upcasters(),
  ) {}

  /** The first event about an object of each operation, and each event about it without an operation; at most `limit`. */
  async heads(
    { kind, id }: HistoryObject,
    { order, after, limit }: { readonly order: LogOrder; readonly after: LogPosition | null; readonly limit: number },
  ): Promise<RecordedEvent[]> {
    const { transactionId, globalPosition } =
      after === null ? { transactionId: null, globalPosition: null } : splitPosition(after);
    return this.query(statements[order], [kind, id, transactionId, globalPosition, limit]);
  }

  /** The events about an object in operations, in log order. */
  async inOperations({ kind, id }: HistoryObject, operationIds: readonly string[]): Promise<RecordedEvent[]> {
    return operationIds.length === 0 ? [] : this.query(aboutInOperations, [kind, id, operationIds]);
  }

  /** The streams of operations, each in the order of its versions. */
  async operations(operationIds: readonly string[]): Promise<RecordedEvent[]> {
    return operationIds.length === 0 ? [] : this.query(operationStreams, [operationIds]);
  }

  private async query(statement: string, parameters: Parameters<Sql['query']>[1]): Promise<RecordedEvent[]> {
    const rows = await this.sql.query<EventRow>(statement, parameters);
    return rows.map((row) => toFollowedEvent(row, this.upcasters));
  }
}
