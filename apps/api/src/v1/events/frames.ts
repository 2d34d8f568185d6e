import type { FeedBatch, LogPosition, RecordedEvent } from '#event-store';
import { eventJson } from '../audit/event-json.js';

/** What a stream begins with: something at once, how soon to come back, and where to go on should nothing follow. */
export function prelude(begin: LogPosition | null): string {
  const place = begin === null ? '' : `id: ${begin}\n`;
  return `: events of brickyard\nretry: 1000\n${place}\n`;
}

/** Shorter than what load balancers cut silent connections after. */
export const HEARTBEAT_MS = 15_000;

export type EventJson = ReturnType<typeof eventJson>;

export type Render = (event: RecordedEvent) => string;

/**
 * An event for those who may know what is done and not how: without the commands that were run on nodes, and without where
 * others than their own issuer have asked from.
 */
export function asUsersSee(json: EventJson): EventJson {
  const { data, issuer } = json;
  const known = issuer === 'user' ? json : { ...json, sourceAddress: null, userAgent: null };
  if (typeof data !== 'object' || data === null || !('commands' in data)) return known;
  return { ...known, data: Object.fromEntries(Object.entries(data).filter(([name]) => name !== 'commands')) };
}

/** @param told what of an event the reader may know */
export function renderWith(told: (json: EventJson) => EventJson): Render {
  // Readers that are up to date share the very events: each is put into words once.
  const known = new WeakMap<RecordedEvent, string>();
  return (event) => {
    const text = known.get(event) ?? frameOf(event, told);
    known.set(event, text);
    return text;
  };
}

function frameOf(event: RecordedEvent, told: (json: EventJson) => EventJson): string {
  return `id: ${event.position}\nevent: ${event.event.type}\ndata: ${JSON.stringify(told(eventJson(event)))}\n\n`;
}

/** Without data it is no event to the reader, but its place is remembered: filters must not make it begin far back. */
function heartbeat(position: LogPosition): string {
  return `: nothing new\nid: ${position}\n\n`;
}

/** The frames of those events that are wanted. */
export async function* framesOf(
  begin: LogPosition,
  batches: AsyncIterable<FeedBatch>,
  wanted: (event: RecordedEvent) => boolean,
  render: Render,
): AsyncGenerator<string, void, undefined> {
  yield prelude(begin);
  let saidAt = performance.now();
  for await (const { events, position } of batches) {
    const text = events.filter(wanted).map(render).join('');
    const isIdle = events.length === 0;
    if (text === '' && !isIdle && performance.now() - saidAt < HEARTBEAT_MS) continue;
    yield text === '' ? heartbeat(position) : text;
    saidAt = performance.now();
  }
}
