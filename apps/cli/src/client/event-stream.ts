import { setTimeout as delay } from 'node:timers/promises';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { explain } from '../explain.js';
import { problemOf, RequestProblem } from './problem.js';
import { send, type Connection } from './send.js';

/** One event of a stream that the server keeps open. */
export interface StreamedEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

export interface StreamOptions {
  /** After which event to begin; absent: where the server begins. */
  readonly lastEventId?: string;
  readonly signal: AbortSignal;
  /** Hears why the stream broke, before it is taken up again. */
  readonly broken: (reason: string) => void;
}

const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/**
 * The events of a stream, until the server says that there are no more. One that breaks is taken up again after the last event that came, for as long as it takes: the reader
 * ends it by his signal, or by leaving the loop.
 * @throws RequestProblem where the server refuses, at the first try also where it cannot be reached
 */
export async function* eventStream(
  connection: Connection,
  path: string,
  { lastEventId, signal, broken }: StreamOptions,
): AsyncGenerator<StreamedEvent> {
  let last = lastEventId;
  let pauseMs = SHORTEST_PAUSE_MS;
  for (let reached = false; ;) {
    try {
      const response = await openStream(connection, path, last, signal);
      if (response === null) return;
      reached = true;
      for await (const event of eventsIn(response)) {
        pauseMs = SHORTEST_PAUSE_MS;
        last = event.id ?? last;
        yield event;
      }
      broken('the server ended it');
    } catch (error) {
      if (signal.aborted) return;
      if (!reached || (error instanceof RequestProblem && !error.isUnanswered)) throw error;
      broken(explain(error));
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }
}

/** Null where the server says that there is nothing more to come. */
async function openStream(
  connection: Connection,
  path: string,
  lastEventId: string | undefined,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array> | null> {
  const headers = {
    accept: 'text/event-stream',
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  };
  const response = await send(connection, { method: 'GET', path, headers, signal });
  if (response.status === 204) return null;
  if (response.status !== 200 || response.body === null) throw await problemOf(response);
  return response.body;
}

async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamedEvent> {
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { id = null, event = 'message', data } of events) yield { id, event, data };
}
