import { explain } from '../explain.js';
import { PROBLEM_TYPE, problemOf } from './problem.js';
import { type Connection, type Sent, send } from './send.js';

type Method = Sent['method'];

/** Of the API without its database, and of a proxy without the API. */
const NO_OUTCOME = new Set([502, 503, 504]);

/** The server said no; `message` is its text. */
export class RequestRefused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'RequestRefused';
  }
}

/** Speaks Heketi's REST API as its own clients do: a fresh token per request, asynchronous requests polled to their end. */
export class HeketiClient {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** A synchronous answer as JSON. @throws RequestRefused */
  async get<T>(path: string): Promise<T> {
    const response = await this.#send('GET', path);
    return (await accepted(response).then((r) => r.json())) as T;
  }

  /** A synchronous change; the answer's JSON. @throws RequestRefused */
  async post<T>(path: string, body: unknown): Promise<T> {
    const response = await accepted(await this.#send('POST', path, body));
    return (await response.json()) as T;
  }

  /** Any request, followed to its end: the JSON of the answer or of the result that it leads to, null for none. */
  async follow(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const response = await this.#settled(method, path, body);
    const location = response.headers.get('location');
    if (location !== null) return this.get(location);
    const text = await response.text();
    return text === '' ? null : JSON.parse(text);
  }

  /** An asynchronous change, waited for. Returns the path of the result, null where there is none. @throws RequestRefused */
  async change(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<string | null> {
    const response = await this.#settled(method, path, body);
    return response.headers.get('location');
  }

  async #settled(method: Method, path: string, body: unknown): Promise<Response> {
    let response = await accepted(await this.#send(method, path, body));
    const queue = response.headers.get('location');
    if (response.status !== 202 || queue === null) return response;
    do {
      response = await this.#outcome(queue);
    } while (response.headers.get('x-pending') === 'true');
    return response;
  }

  /** A poll that gets no answer, or none of the operation, says nothing of what becomes of it. */
  async #outcome(queue: string): Promise<Response> {
    const unknown = (reason: string): Error =>
      new Error(`${reason}; what was accepted goes on: brickyard request GET ${queue} tells its outcome`);
    const response = await this.#send('GET', queue).catch((error: unknown) => {
      throw unknown(explain(error));
    });
    if (!NO_OUTCOME.has(response.status)) return accepted(response);
    throw unknown((await response.text()).trimEnd());
  }

  #send(method: Method, path: string, body?: unknown): Promise<Response> {
    return send(this.#connection, { method, path, body });
  }
}

async function accepted(response: Response): Promise<Response> {
  if (response.status < 400) return response;
  // Of /v1, which says more than a text.
  if (response.headers.get('content-type') === PROBLEM_TYPE) throw await problemOf(response);
  throw new RequestRefused(response.status, (await response.text()).trimEnd());
}
