import { decodedPath } from '#auth';
import { All, Controller, Req } from '@nestjs/common';
import { routeOf } from './route-table.js';
import { WireError, invalidPath } from './wire-error.js';
import type { WireRequest } from './wire-request.js';

/** How Fastify names the route of UnmatchedController. */
export const UNMATCHED = '/*';

/** Where everything lands that no controller has, so that it passes the guards: nobody learns without a token what exists. */
@Controller()
export class UnmatchedController {
  @All('*')
  answer(@Req() request: WireRequest): never {
    const route = routeOf(request.method, decodedPath(request.originalUrl) ?? '');
    if (route?.built === false) throw new WireError(501, 'not implemented yet');
    throw invalidPath();
  }
}
