import { ask, type HttpAnswer } from '#test/http-client';
import type { ChaosWorld } from './world.js';

/** What is asked of the API. */
export interface Wish {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
}

/** What nobody asks for: it happens, and an operation that is there already goes on. */
export interface Happening {
  readonly operationId: string;
  readonly happens: () => Promise<void>;
}

/** What came of a wish: the end of its operation; null where it was never accepted. */
export interface Accepted {
  readonly location: string;
  readonly end: Promise<HttpAnswer>;
}

/** Lets it be asked for, or happen. @throws Error where it is not accepted */
export async function send(world: ChaosWorld, wish: Wish | Happening, base = world.system.base): Promise<Accepted> {
  if ('happens' in wish) {
    await wish.happens();
    return followed(world, `/queue/${wish.operationId}`);
  }
  const { method, path, body } = wish;
  const answer = await ask(base, method, path, body === undefined ? {} : { body });
  const { location } = answer.headers;
  if (answer.status !== 202 || location === undefined) throw new Error(`not accepted: ${answer.status} ${answer.body}`);
  return followed(world, location);
}

/** By a replica that nobody strikes. */
function followed(world: ChaosWorld, location: string): Accepted {
  const end = world.endOf(location);
  // Whoever is struck may never come to wait for it.
  end.catch(() => undefined);
  return { location, end };
}
