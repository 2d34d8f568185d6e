import type { Issuer } from '#auth';
import { v1Table } from '../routes.js';
import { Problem } from './problem.js';
import type { V1Route } from './route.js';

/**
 * The route of a request under /v1 that this issuer may use. Everything there is in the public document, so a role may know
 * what it may not use.
 * @param path decoded
 * @throws Problem 403, 404, 405
 */
export function admitToV1(method: string, path: string, issuer: Issuer): V1Route {
  const route = v1Table.find(method, path);
  if (route === null) throw notThere(method, path);
  if (route.roles !== 'public' && !route.roles.includes(issuer)) {
    const others = route.roles.join(' or ');
    throw new Problem({
      kind: 'forbidden',
      detail: `${method} ${route.path} is for ${others}, the token is that of ${issuer}`,
    });
  }
  return route;
}

function notThere(method: string, path: string): Problem {
  const methods = v1Table.at(path).map((route) => route.method);
  if (methods.length === 0) {
    const detail = 'There is no such path: GET /v1/openapi.json describes those that there are, none ends in a slash';
    return new Problem({ kind: 'not-found', detail });
  }
  const allow = methods.join(', ');
  return new Problem({ kind: 'method-not-allowed', detail: `${method} is not there; ${allow} is`, headers: { allow } });
}
