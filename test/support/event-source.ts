import http from 'node:http';
import { once } from 'node:events';
import { type TestIssuer, tokenFor } from './http-client.js';

/** One block of a stream of server-sent events; without `event` it only says where the stream is. */
export interface SentEvent {
  readonly id: string | null;
  readonly event: string | null;
  readonly data: unknown;
}

export interface EventSourceOptions {
  readonly as?: TestIssuer;
  readonly lastEventId?: string | null;
  readonly signal?: AbortSignal;
  /** For the token, in seconds from now. */
  readonly lastsSeconds?: number;
}

/** What the server said instead of sending events. */
export class StreamRefused extends Error {
  constructor(
    readonly status: number,
    readonly headers: http.IncomingHttpHeaders,
    readonly body: string,
  ) {
    super(`stream refused: ${status} ${body}`);
  }
}

/** Opens a stream of events and reads its head. @throws StreamRefused; Error where nobody listens */
export async function openStream(
  base: string,
  path: string,
  { as = 'admin', lastEventId = null, signal, lastsSeconds = 300 }: EventSourceOptions = {},
): Promise<http.IncomingMessage> {
  const { hostname, port } = new URL(base);
  const bare = path.split('?')[0] ?? '';
  const headers = {
    authorization: `bearer ${tokenFor(as, 'GET', bare, lastsSeconds)}`,
    ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
  };
  const request = http.request({ hostname, port, path, headers, agent: false, ...(signal && { signal }) });
  request.end();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  if (response.statusCode === 200) return response;
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  throw new StreamRefused(response.statusCode ?? 0, response.headers, Buffer.concat(chunks).toString('utf8'));
}

/** The blocks of a stream until it ends, or is cut: then what came of the last block is dropped, as browsers do. */
export async function* sentEvents(response: http.IncomingMessage): AsyncGenerator<SentEvent, void, undefined> {
  response.setEncoding('utf8');
  let text = '';
  try {
    for await (const chunk of response) {
      text += chunk as string;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      yield* blocks.map(blockOf);
    }
  } catch (error) {
    if (!isCut(error)) throw error;
  }
}

function isCut(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['ECONNRESET', 'ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code);
}

function blockOf(block: string): SentEvent {
  const fields = new Map(
    block
      .split('\n')
      .filter((line) => !line.startsWith(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const data = fields.get('data');
  return {
    id: fields.get('id') ?? null,
    event: fields.get('event') ?? null,
    data: data === undefined ? null : JSON.parse(data),
  };
}
