import { RequestProblem } from '../client/problem.js';
import type { Query, V1Client } from '../client/v1-client.js';
import { explain } from '../explain.js';
import { type AuditEvent, type EventPlace, isBehind } from './audit-event.js';

/** Breaks in a row after which it is given up; an event in between begins the count anew. */
const MOST_BREAKS = 5;

/** Times of recording are not in the order of the log: an event may have been recorded so much earlier than one before it. */
const OUT_OF_ORDER_MS = 120_000;

/**
 * The events that a filter wants, a line of JSON each, in the order of the log. An answer that breaks off is taken up again behind
 * the last line that came whole.
 * @param after where an earlier export has ended; null: from the beginning
 * @throws RequestProblem, or what broke the connection once too often
 */
export async function* exportedLines(
  client: V1Client,
  filter: Query,
  after: EventPlace | null,
  broken: (reason: string) => void,
): AsyncGenerator<string> {
  let last = after;
  for (let breaks = 0; ;) {
    try {
      for await (const line of linesBehind(client, filter, last)) {
        last = JSON.parse(line) as AuditEvent;
        breaks = 0;
        yield line;
      }
      return;
    } catch (error) {
      breaks += 1;
      if (error instanceof RequestProblem || breaks > MOST_BREAKS) throw error;
      broken(explain(error));
    }
  }
}

async function* linesBehind(client: V1Client, filter: Query, last: EventPlace | null): AsyncGenerator<string> {
  const from = last === null ? filter['from'] : earlierOf(last, filter['from']);
  const body = await client.bytes('/v1/audit/events:export', { ...filter, from }, 'application/x-ndjson');
  for await (const line of wholeLines(body)) {
    const { position } = JSON.parse(line) as AuditEvent;
    if (last === null || isBehind(position, last.position)) yield line;
  }
}

/** The server looks along times; what came up to the last line is passed over here. */
function earlierOf({ recordedAt }: EventPlace, from: Query[string]): string {
  const safe = new Date(new Date(recordedAt).getTime() - OUT_OF_ORDER_MS);
  const wanted = typeof from === 'string' ? new Date(from) : new Date(0);
  return (safe > wanted ? safe : wanted).toISOString();
}

/** What is behind the last line break was cut off; the reading throws then, or the server has ended without it. */
async function* wholeLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
}
