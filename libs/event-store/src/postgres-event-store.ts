import type { Sql } from '#kernel';
import { appendError } from './append-errors.js';
import { appendRequest } from './append-request.js';
import { eventColumns, toFollowedEvent, toRecordedEvent, type EventRow } from './event-row.js';
import type {
  AppendOptions,
  AppendResult,
  EventStore,
  LogPosition,
  RecordedEvent,
  StreamAppend,
} from './event-store.js';
import { splitPosition } from './log-position.js';
import { Upcasters } from './upcasters.js';

const append = `
select a.duplicate, ${eventColumns('(a.recorded)')}
from brickyard.append_events($1::jsonb) as a
order by (a.recorded).global_position`;

const readStream = `
select ${eventColumns('e')}
from brickyard.event e
where e.stream_kind = $1 and e.stream_id = $2 and e.stream_version >= $3
order by e.stream_version`;

/**
 * The columns sort in byte order by themselves. Limited per stream as well: a device's stream can have hundreds of
 * thousands of events, and every page would sort all that are left of them. A stream is in the order of the log, so a place
 * in the log cuts off its end.
 */
const readStreams = (bound: string): string => `
select ${eventColumns('e')}
from unnest($1::text[], $2::text[], $3::bigint[]) as s (kind, id, after)
cross join lateral (
  select * from brickyard.event e
  where e.stream_kind = s.kind and e.stream_id = s.id and e.stream_version > s.after ${bound}
  order by e.stream_version
  limit $4
) e
order by e.stream_kind, e.stream_id, e.stream_version
limit $4`;

const readWholeStreams = readStreams('');
const readStreamsUpTo = readStreams('and (e.transaction_id, e.global_position) <= ($5::xid8, $6::bigint)');

/**
 * One statement, so one snapshot: a second one could see a transaction finish in between and skip its events. The outer
 * join gives a row even where there are no events, to carry "behind".
 */
const readAll = `
select guard.behind, ${eventColumns('e')}
from (
  select exists (
    select from brickyard.event b where b.transaction_id >= pg_snapshot_xmin(pg_current_snapshot())
  ) as behind
) guard
left join lateral (
  select * from brickyard.event e
  where (e.transaction_id, e.global_position) > ($1::xid8, $2::bigint)
    and e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
  order by e.transaction_id, e.global_position
  limit $3
) e on true
order by e.transaction_id, e.global_position`;

/** The event store on Postgres. Stateless: the caller brings the connection or the transaction. */
export class PostgresEventStore implements EventStore {
  readonly #upcasters: Upcasters;

  constructor(upcasters: Upcasters = new Upcasters()) {
    this.#upcasters = upcasters;
  }

  async append(tx: Sql, appends: readonly StreamAppend[], options: AppendOptions): Promise<AppendResult> {
    const request = appendRequest(appends, options, this.#upcasters);
    if (request.events.length === 0) return { events: [], duplicate: false };
    try {
      const rows = await tx.query<EventRow & { duplicate: boolean }>(append, [JSON.stringify(request)]);
      return { events: this.#recorded(rows), duplicate: rows.some(({ duplicate }) => duplicate) };
    } catch (error) {
      throw appendError(error);
    }
  }

  async readStream(sql: Sql, kind: string, id: string, fromVersion = 1): Promise<RecordedEvent[]> {
    return this.#recorded(await sql.query<EventRow>(readStream, [kind, id, fromVersion]));
  }

  async readStreams(
    sql: Sql,
    streams: readonly { readonly kind: string; readonly id: string; readonly afterVersion: number }[],
    limit: number,
    upTo?: LogPosition,
  ): Promise<RecordedEvent[]> {
    const parameters = [
      streams.map(({ kind }) => kind),
      streams.map(({ id }) => id),
      streams.map(({ afterVersion }) => afterVersion),
      limit,
    ];
    if (upTo === undefined) return this.#recorded(await sql.query<EventRow>(readWholeStreams, parameters));
    const { transactionId, globalPosition } = splitPosition(upTo);
    return this.#recorded(await sql.query<EventRow>(readStreamsUpTo, [...parameters, transactionId, globalPosition]));
  }

  async readAll(
    sql: Sql,
    after: LogPosition | null,
    limit: number,
  ): Promise<{ events: RecordedEvent[]; behindGuard: boolean }> {
    const from = after === null ? { transactionId: '0', globalPosition: '0' } : splitPosition(after);
    const rows = await sql.query<(EventRow | { global_position: null }) & { behind: boolean }>(readAll, [
      from.transactionId,
      from.globalPosition,
      limit,
    ]);
    return {
      events: rows.filter((row) => row.global_position !== null).map((row) => toFollowedEvent(row, this.#upcasters)),
      behindGuard: rows[0]?.behind ?? false,
    };
  }

  #recorded(rows: readonly EventRow[]): RecordedEvent[] {
    return rows.map((row) => toRecordedEvent(row, this.#upcasters));
  }
}
