import {
  comparePositions,
  type EventFeed,
  type EventStore,
  type LogPosition,
  logPresent,
  type RecordedEvent,
} from '#event-store';
import type { Sql } from '#kernel';
import { HEARTBEAT_MS, prelude, type Render } from './frames.js';

const PAGE = 200;

export interface OperationReading {
  readonly eventStore: Pick<EventStore, 'readStreams'>;
  readonly sql: Sql;
  readonly feed: EventFeed;
  readonly operationId: string;
  /** Where the reader has been; null: nowhere. */
  readonly after: LogPosition | null;
  readonly render: Render;
  readonly signal: AbortSignal;
}

/** The frames of one operation's events, from its stream and then as they happen, up to its end. */
export async function* operationFrames(reading: OperationReading): AsyncGenerator<string, void, undefined> {
  const { feed, sql, operationId, after, render, signal } = reading;
  yield prelude(after);
  // Before the stream is read: what is not in it yet comes after this.
  const present = await logPresent(sql);
  let version = 0;
  for await (const events of pagesOf(reading)) {
    version = events.at(-1)?.streamVersion ?? version;
    const unseen = events.filter(({ position }) => after === null || comparePositions(position, after) > 0);
    if (unseen.length > 0) yield unseen.map(render).join('');
    if (events.some(isEnd) || signal.aborted) return;
  }
  for await (const { events } of feed.read({ after: present, signal, idleMs: HEARTBEAT_MS })) {
    const own = events.filter(
      ({ streamKind, streamId, streamVersion }) =>
        streamKind === 'operation' && streamId === operationId && streamVersion > version,
    );
    version = own.at(-1)?.streamVersion ?? version;
    if (own.length > 0) yield own.map(render).join('');
    else if (events.length === 0) yield ': nothing new\n\n';
    if (own.some(isEnd)) return;
  }
}

export function isEnd({ event: { type } }: RecordedEvent): boolean {
  return type === 'OperationSucceeded' || type === 'OperationFailed';
}

async function* pagesOf({
  eventStore,
  sql,
  operationId,
}: OperationReading): AsyncGenerator<readonly RecordedEvent[], void, undefined> {
  let afterVersion = 0;
  for (;;) {
    const streams = [{ kind: 'operation', id: operationId, afterVersion }];
    const events = await eventStore.readStreams(sql, streams, PAGE);
    yield events;
    if (events.length < PAGE) return;
    afterVersion = events.at(-1)?.streamVersion ?? afterVersion;
  }
}
