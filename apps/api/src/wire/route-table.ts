export type Role = 'public' | 'user' | 'admin';
export type Method = 'GET' | 'POST' | 'DELETE';

export interface Route {
  readonly method: Method;
  /** `{id}` stands for one or more hex digits. */
  readonly path: string;
  /** Who may use it: everybody, both issuers, or `admin` alone. */
  readonly role: Role;
  /** False for routes of Heketi that are answered with 501 for now. */
  readonly built: boolean;
}

const route = (role: Role, method: Method, path: string, built = true): Route => ({ method, path, role, built });
const missing = (role: Role, method: Method, path: string): Route => route(role, method, path, false);

/**
 * Every route with its role: who may use something is decided here and nowhere else. A server with a route that is not in
 * here does not start.
 */
export const routes: readonly Route[] = [
  route('public', 'GET', '/hello'),
  route('public', 'GET', '/metrics'),
  route('public', 'GET', '/livez'),
  route('public', 'GET', '/readyz'),
  route('public', 'GET', '/healthz'),
  // The user role reads the entries of its own requests only; the controller sees to that.
  route('user', 'GET', '/queue/{id}'),
  route('admin', 'POST', '/clusters'),
  route('admin', 'GET', '/clusters'),
  route('admin', 'GET', '/clusters/{id}'),
  route('admin', 'POST', '/clusters/{id}/flags'),
  route('admin', 'DELETE', '/clusters/{id}'),
  route('admin', 'POST', '/nodes'),
  route('admin', 'GET', '/nodes/{id}'),
  route('admin', 'DELETE', '/nodes/{id}'),
  route('admin', 'POST', '/nodes/{id}/state'),
  route('admin', 'POST', '/nodes/{id}/tags'),
  route('admin', 'POST', '/devices'),
  route('admin', 'GET', '/devices/{id}'),
  route('admin', 'DELETE', '/devices/{id}'),
  route('admin', 'POST', '/devices/{id}/state'),
  route('admin', 'GET', '/devices/{id}/resync'),
  route('admin', 'POST', '/devices/{id}/tags'),
  route('user', 'POST', '/volumes'),
  route('user', 'GET', '/volumes'),
  route('user', 'GET', '/volumes/{id}'),
  route('user', 'POST', '/volumes/{id}/expand'),
  route('user', 'DELETE', '/volumes/{id}'),
  missing('user', 'POST', '/volumes/{id}/clone'),
  missing('user', 'POST', '/volumes/{id}/block-restriction'),
  missing('admin', 'POST', '/blockvolumes'),
  missing('admin', 'GET', '/blockvolumes'),
  missing('admin', 'GET', '/blockvolumes/{id}'),
  missing('admin', 'POST', '/blockvolumes/{id}/expand'),
  missing('admin', 'DELETE', '/blockvolumes/{id}'),
  missing('admin', 'POST', '/bricks/to-evict/{id}'),
  missing('admin', 'GET', '/backup/db'),
  missing('admin', 'GET', '/db/dump'),
  missing('admin', 'GET', '/db/check'),
  missing('admin', 'GET', '/internal/logging'),
  missing('admin', 'POST', '/internal/logging'),
  missing('admin', 'GET', '/operations'),
  missing('admin', 'GET', '/operations/pending'),
  missing('admin', 'GET', '/operations/pending/{id}'),
  missing('admin', 'POST', '/operations/pending/cleanup'),
  missing('admin', 'GET', '/internal/state/examine/gluster'),
  missing('admin', 'GET', '/admin'),
  missing('admin', 'POST', '/admin'),
];

const patterns = routes.map((entry) => ({
  route: entry,
  pattern: new RegExp(`^${entry.path.replace('{id}', '[A-Fa-f0-9]+')}$`),
}));

/** All routes whose path this is, whatever their method. */
export function routesAt(path: string): readonly Route[] {
  return patterns.filter(({ pattern }) => pattern.test(path)).map((entry) => entry.route);
}

/** The route of a request, null where there is none. */
export function routeOf(method: string, path: string): Route | null {
  return routesAt(path).find((entry) => entry.method === method) ?? null;
}

/**
 * Whether the user role may learn what is at a path: the volume API and the queue, also where the path or method is wrong.
 */
export function openToUsers(path: string): boolean {
  return path === '/volumes' || path.startsWith('/volumes/') || path.startsWith('/queue/');
}
