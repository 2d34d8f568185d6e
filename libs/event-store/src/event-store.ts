import type { Attribution, DomainEvent, Sql } from '#kernel';

/**
 * A place in the whole log: `<transaction id>:<global position>`, both as decimal text. Compare with comparePositions
 * only: positions alone are not in commit order (docs/adr/0002).
 */
export type LogPosition = string & { readonly __brand: 'LogPosition' };

/** One event as it stands in the log. */
export interface RecordedEvent<Event extends DomainEvent = DomainEvent> {
  readonly position: LogPosition;
  readonly eventId: string;
  readonly streamKind: string;
  readonly streamId: string;
  readonly streamVersion: number;
  readonly schemaVersion: number;
  readonly event: Event;
  readonly attribution: Attribution;
  /** Information only, never an order. */
  readonly recordedAt: Date;
}

/** What is to be appended to one stream. `expectedVersion` 0 means that the stream must not exist yet. */
export interface StreamAppend<Event extends DomainEvent = DomainEvent> {
  readonly kind: string;
  readonly id: string;
  readonly expectedVersion: number;
  readonly events: readonly Event[];
}

export interface AppendOptions {
  readonly attribution: Attribution;
  /**
   * Makes the append idempotent: event ids derive from it, and an append whose ids are already in the log changes
   * nothing and reports the versions of then.
   */
  readonly commandId: string;
}

export interface AppendResult {
  /** The recorded events in the order given, positions and versions included. */
  readonly events: readonly RecordedEvent[];
  /** True where the same command had been appended before. */
  readonly duplicate: boolean;
}

/** Another writer appended to the stream first: load again, decide again. */
export class StreamVersionConflict extends Error {
  constructor(
    readonly streamKind: string,
    readonly streamId: string,
    readonly expectedVersion: number,
    readonly actualVersion: number,
  ) {
    super(
      `stream ${streamKind}/${streamId} is at version ${actualVersion.toString()}, expected ${expectedVersion.toString()}`,
    );
    this.name = 'StreamVersionConflict';
  }
}

export interface EventStore {
  /**
   * Appends to one or several streams in the caller's transaction, one round trip.
   * @throws StreamVersionConflict when any stream is not at its expected version; nothing is appended then
   */
  append(tx: Sql, appends: readonly StreamAppend[], options: AppendOptions): Promise<AppendResult>;
  /** The events of one stream in version order, upcast to the newest schema. Empty where there is none. @throws UnknownSchemaVersion */
  readStream(sql: Sql, kind: string, id: string, fromVersion?: number): Promise<RecordedEvent[]>;
  /**
   * The events of several streams, each after a version, in order of kind, id (both byte order) and version, upcast; at
   * most `limit` in all. For rebuilds: no xmin guard, everything that the statement's snapshot sees is there.
   * @param upTo the last place in the log that counts; without it, the end
   */
  readStreams(
    sql: Sql,
    streams: readonly { readonly kind: string; readonly id: string; readonly afterVersion: number }[],
    limit: number,
    upTo?: LogPosition,
  ): Promise<RecordedEvent[]>;
  /**
   * Events after `after` (null: from the beginning) in log order, at most `limit`. Events of transactions that may still
   * have an earlier neighbour in flight are left for a later call (xmin guard); `behindGuard` says whether there were any.
   * Upcast, but for events of a later schema version than this program knows: followers of an older version go on, and take
   * of them what they can.
   */
  readAll(
    sql: Sql,
    after: LogPosition | null,
    limit: number,
  ): Promise<{ events: RecordedEvent[]; behindGuard: boolean }>;
}
