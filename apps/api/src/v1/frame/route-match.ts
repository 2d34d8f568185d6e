import type { V1Route } from './route.js';

/** Whether a decoded path is ours: everything there answers in our form. */
export function isUnderV1(path: string): boolean {
  return path === '/v1' || path.startsWith('/v1/');
}

/**
 * The path as Nest and Fastify write it: `:name` for a parameter, `::` for a colon. A parameter before a colon says what it may
 * be: the router would take the colon for a part of its name.
 */
export function routerPath(path: string): string {
  return path
    .replaceAll(':', '::')
    .replace(/\{(\w+)\}(?=::)/g, ':$1([^/:]+)')
    .replace(/\{(\w+)\}/g, ':$1');
}

function patternOf(path: string): RegExp {
  const literal = path.replace(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replace(/\{\w+\}/g, '[^/:]+')}$`);
}

/** A table of declarations that can be asked by path. */
export class V1Table {
  readonly #entries: readonly { readonly route: V1Route; readonly pattern: RegExp }[];
  readonly #byRouterPath: ReadonlyMap<string, string>;

  constructor(readonly routes: readonly V1Route[]) {
    this.#entries = routes.map((route) => ({ route, pattern: patternOf(route.path) }));
    this.#byRouterPath = new Map(routes.map(({ path }) => [routerPath(path), path]));
  }

  /** All routes whose path this decoded path is, whatever their method. */
  at(path: string): readonly V1Route[] {
    return this.#entries.filter(({ pattern }) => pattern.test(path)).map(({ route }) => route);
  }

  /** The route of a request, null where there is none. */
  find(method: string, path: string): V1Route | null {
    return this.at(path).find((route) => route.method === method) ?? null;
  }

  /** The declared path behind the router's name of a route, null for routes that are not ours. */
  pathOf(routerUrl: string): string | null {
    return this.#byRouterPath.get(routerUrl) ?? null;
  }

  /** Whether the router's route is declared. */
  has(method: string | readonly string[], routerUrl: string): boolean {
    const path = this.pathOf(routerUrl);
    return this.routes.some((route) => route.method === method && route.path === path);
  }
}
