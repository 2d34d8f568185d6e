import { decodedPath } from '#auth';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { isUnderV1, routerPath } from '../v1/frame/route-match.js';
import { admitToV1 } from '../v1/frame/v1-access.js';
import { openToUsers, routeOf, routesAt } from './route-table.js';
import { UNMATCHED } from './unmatched.controller.js';
import { WireError, invalidPath } from './wire-error.js';
import { type WireRequest, principalOf } from './wire-request.js';

/**
 * What follows authentication, on Heketi's routes in Heketi's order: role, then path, then method. It judges by the decoded
 * path, and the router must have come to the same route, so that no encoding reaches a handler that the role does not cover.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<WireRequest>();
    const path = decodedPath(request.originalUrl) ?? '';
    const { issuer } = principalOf(request);
    if (isUnderV1(path)) return this.isRouted(request, routerPath(admitToV1(request.method, path, issuer).path));
    const route = routeOf(request.method, path);
    if (route?.role === 'public') return this.isRouted(request, route.path.replace('{id}', ':id'));
    const mayKnow = route === null ? openToUsers(path) : route.role === 'user';
    if (issuer !== 'admin' && !(issuer === 'user' && mayKnow))
      throw new WireError(401, 'Administrator access required');
    if (route !== null) return this.isRouted(request, route.path.replace('{id}', ':id'));
    if (path.endsWith('/') && isInner(path.slice(0, -1))) throw new TrailingSlash();
    if (isInner(path)) throw new MethodNotAllowed();
    throw invalidPath();
  }

  private isRouted(request: WireRequest, url: string): true {
    const routed = request.routeOptions.url;
    if (routed !== url && routed !== UNMATCHED) throw invalidPath();
    return true;
  }
}

/** Public routes belong to an outer router that knows no 405 and no slash. */
function isInner(path: string): boolean {
  return routesAt(path).some(({ role }) => role !== 'public');
}

/** A known path, the wrong method: 405 without a body. */
export class MethodNotAllowed extends Error {}

/** A known path and a slash: 301 to the path without. */
export class TrailingSlash extends Error {}
