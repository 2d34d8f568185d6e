import { logPosition, type LogPosition, splitPosition } from '#event-store';
import type { Json, Sql } from '#kernel';
import type { SealableEvent } from './event-digest.js';

/** An event with its place in the log. */
export interface LoggedEvent extends SealableEvent {
  readonly position: LogPosition;
}

/** What it takes to name an event. */
export type EventName = Pick<
  LoggedEvent,
  'position' | 'eventId' | 'streamKind' | 'streamId' | 'streamVersion' | 'type'
>;

/** A row as the driver gives it: bigint and xid8 are text. */
interface LoggedRow {
  readonly transaction_id: string;
  readonly global_position: string;
  readonly event_id: string;
  readonly command_id: string;
  readonly stream_kind: string;
  readonly stream_id: string;
  readonly stream_version: string;
  readonly type: string;
  readonly schema_version: number;
  readonly data: Json;
  readonly metadata: Json;
  readonly actor: string;
  readonly issuer: string;
  readonly request_id: string;
  readonly source_address: string | null;
  readonly user_agent: string | null;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly recorded_at: string;
}

type NameRow = Pick<
  LoggedRow,
  'transaction_id' | 'global_position' | 'event_id' | 'stream_kind' | 'stream_id' | 'stream_version' | 'type'
>;

/** A point in time as text, to the microsecond, whatever the session has set. */
export const utcText = (column: string): string => `(to_json(${column} at time zone 'UTC') #>> '{}') || 'Z'`;

/** A position below zero, which no server gives, counts as the first: it must not keep anybody from reading. */
const place = 'e.transaction_id, greatest(e.global_position, 0) as global_position';

const columns = `
  ${place}, e.event_id, e.command_id, e.stream_kind, e.stream_id, e.stream_version, e.type,
  e.schema_version, e.data, e.metadata, e.actor, e.issuer, e.request_id, e.source_address, e.user_agent, e.correlation_id,
  e.causation_id, ${utcText('e.recorded_at')} as recorded_at`;

function toLoggedEvent(row: LoggedRow): LoggedEvent {
  return {
    position: logPosition(row.transaction_id, row.global_position),
    eventId: row.event_id,
    commandId: row.command_id,
    streamKind: row.stream_kind,
    streamId: row.stream_id,
    streamVersion: Number(row.stream_version),
    type: row.type,
    schemaVersion: row.schema_version,
    data: row.data,
    metadata: row.metadata,
    actor: row.actor,
    issuer: row.issuer,
    requestId: row.request_id,
    sourceAddress: row.source_address,
    userAgent: row.user_agent,
    correlationId: row.correlation_id,
    causationId: row.causation_id,
    recordedAt: row.recorded_at,
  };
}

const BEGINNING = { transactionId: '0', globalPosition: '0' };

const after = `
select ${columns} from brickyard.event e
where (e.transaction_id, e.global_position) > ($1::xid8, $2::bigint)
  and e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
order by e.transaction_id, e.global_position
limit $3`;

/**
 * The next events in the order of the log, as stored. Without those that may still get an earlier neighbour (xmin guard).
 * @param from null: from the beginning
 */
export async function eventsAfter(sql: Sql, from: LogPosition | null, limit: number): Promise<LoggedEvent[]> {
  const { transactionId, globalPosition } = from === null ? BEGINNING : splitPosition(from);
  const rows = await sql.query<LoggedRow>(after, [transactionId, globalPosition, limit]);
  return rows.map(toLoggedEvent);
}

const byId = `select ${columns} from brickyard.event e where e.event_id = any($1::uuid[])`;

/** Those of the events that there are, in no order; more than one for an id only where somebody has tampered with the log. */
export async function eventsById(sql: Sql, eventIds: readonly string[]): Promise<LoggedEvent[]> {
  return (await sql.query<LoggedRow>(byId, [eventIds])).map(toLoggedEvent);
}

const places = `
select ${place} from brickyard.event e where e.event_id = any($1::uuid[])`;

/** The places of those of the events that there are, in no order. */
export async function placesOf(sql: Sql, eventIds: readonly string[]): Promise<LogPosition[]> {
  const rows = await sql.query<Pick<LoggedRow, 'transaction_id' | 'global_position'>>(places, [eventIds]);
  return rows.map((row) => logPosition(row.transaction_id, row.global_position));
}

const inNoSeal = `
with sealed as materialized (
  select id from brickyard.seal s, unnest(s.event_ids) as id where id between $1::uuid and $2::uuid
)
select ${place}, e.event_id, e.stream_kind, e.stream_id, e.stream_version, e.type
from brickyard.event e
where e.event_id between $1::uuid and $2::uuid
  and (e.transaction_id, e.global_position) < ($3::xid8, $4::bigint)
  and not exists (select from sealed where sealed.id = e.event_id)`;

/** Events with an id in this range that stand before a place and are in no seal, in no order. */
export async function eventsInNoSeal(
  sql: Sql,
  ids: { readonly from: string; readonly to: string },
  before: LogPosition,
): Promise<EventName[]> {
  const { transactionId, globalPosition } = splitPosition(before);
  const rows = await sql.query<NameRow>(inNoSeal, [ids.from, ids.to, transactionId, globalPosition]);
  return rows.map((row) => ({
    position: logPosition(row.transaction_id, row.global_position),
    eventId: row.event_id,
    streamKind: row.stream_kind,
    streamId: row.stream_id,
    streamVersion: Number(row.stream_version),
    type: row.type,
  }));
}

const count = `
select count(*) as total, count(*) filter (where (e.transaction_id, e.global_position) <= ($1::xid8, $2::bigint)) as sealed
from brickyard.event e`;

/** How many events the log has, and how many of them up to a place. @param upTo null: none */
export async function countEvents(sql: Sql, upTo: LogPosition | null): Promise<{ total: number; upTo: number }> {
  const { transactionId, globalPosition } = upTo === null ? BEGINNING : splitPosition(upTo);
  const [row] = await sql.query<{ total: string; sealed: string }>(count, [transactionId, globalPosition]);
  return { total: Number(row?.total), upTo: Number(row?.sealed) };
}
