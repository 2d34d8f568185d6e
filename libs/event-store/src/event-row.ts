import type { RecordedEvent } from './event-store.js';
import { logPosition } from './log-position.js';
import type { Upcasters } from './upcasters.js';

/** A row of brickyard.event as the driver gives it: bigint and xid8 are text. */
export interface EventRow {
  readonly global_position: string;
  readonly transaction_id: string;
  readonly stream_kind: string;
  readonly stream_id: string;
  readonly stream_version: string;
  readonly event_id: string;
  readonly type: string;
  readonly schema_version: number;
  readonly data: unknown;
  readonly actor: string;
  readonly issuer: string;
  readonly request_id: string;
  readonly source_address: string | null;
  readonly user_agent: string | null;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly recorded_at: Date;
}

const names = [
  'global_position',
  'transaction_id',
  'stream_kind',
  'stream_id',
  'stream_version',
  'event_id',
  'type',
  'schema_version',
  'data',
  'actor',
  'issuer',
  'request_id',
  'source_address',
  'user_agent',
  'correlation_id',
  'causation_id',
  'recorded_at',
] as const satisfies readonly (keyof EventRow)[];

/** The columns to select, from the given row expression. */
export function eventColumns(from: string): string {
  return names.map((name) => `${from}.${name}`).join(', ');
}

/** @throws UnknownSchemaVersion */
export function toRecordedEvent(row: EventRow, upcasters: Upcasters): RecordedEvent {
  return recorded(row, upcasters.upcast({ type: row.type, data: row.data }, row.schema_version));
}

/** As it stands in the log, with the schema version that it was written in. */
export function toLoggedEvent(row: EventRow): RecordedEvent {
  return recorded(row, { event: { type: row.type, data: row.data }, schemaVersion: row.schema_version });
}

/** An event of a later version stays as it stands in the log. */
export function toFollowedEvent(row: EventRow, upcasters: Upcasters): RecordedEvent {
  return upcasters.isForeign(row.type, row.schema_version) ? toLoggedEvent(row) : toRecordedEvent(row, upcasters);
}

function recorded(
  row: EventRow,
  { event, schemaVersion }: Pick<RecordedEvent, 'event' | 'schemaVersion'>,
): RecordedEvent {
  return {
    position: logPosition(row.transaction_id, row.global_position),
    eventId: row.event_id,
    streamKind: row.stream_kind,
    streamId: row.stream_id,
    streamVersion: Number(row.stream_version),
    schemaVersion,
    event,
    attribution: {
      actor: row.actor,
      issuer: row.issuer,
      requestId: row.request_id,
      sourceAddress: row.source_address,
      userAgent: row.user_agent,
      correlationId: row.correlation_id,
      causationId: row.causation_id,
    },
    recordedAt: row.recorded_at,
  };
}
