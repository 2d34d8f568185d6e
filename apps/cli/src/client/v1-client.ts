import { eventStream, type StreamedEvent, type StreamOptions } from './event-stream.js';
import { problemOf } from './problem.js';
import { send, type Connection } from './send.js';

/** Parameters of a query; those that are undefined are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** A page of a list. */
export interface ListPage<Item> {
  readonly items: readonly Item[];
  /** The cursor of the next page; null after the last one. */
  readonly next: string | null;
}

/** Brickyard's own API. Each request has a token of its own; a refusal is thrown as RequestProblem. */
export class V1Client {
  constructor(private readonly connection: Connection) {}

  async get<Answer>(path: string, query: Query = {}): Promise<Answer> {
    return (await this.answered('GET', withQuery(path, query))).json() as Promise<Answer>;
  }

  /** A change, or a question that has a body. */
  async post<Answer>(path: string, body?: unknown): Promise<Answer> {
    return (await this.answered('POST', path, body)).json() as Promise<Answer>;
  }

  /** The items of a list, page after page, as many as the reader takes. */
  async *items<Item>(path: string, query: Query = {}): AsyncGenerator<Item> {
    let cursor: string | undefined;
    do {
      const page: ListPage<Item> = await this.get(path, { ...query, cursor });
      yield* page.items;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }

  /** An answer as it comes, in pieces: for what is too large to be held. */
  async bytes(path: string, query: Query, accept: string): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.answered('GET', withQuery(path, query), undefined, { accept });
    if (body === null) throw new Error(`the server sent no body for ${path}`);
    return body;
  }

  events(path: string, query: Query, options: StreamOptions): AsyncGenerator<StreamedEvent> {
    return eventStream(this.connection, withQuery(path, query), options);
  }

  private async answered(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const response = await send(this.connection, { method, path, body, headers });
    if (response.status >= 300) throw await problemOf(response);
    return response;
  }
}

function withQuery(path: string, query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? path : `${path}?${given.toString()}`;
}
