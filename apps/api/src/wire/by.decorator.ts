import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type WireRequest, attributionOf } from './wire-request.js';

/** Who asks: the attribution of whatever the request changes. */
export const By = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  attributionOf(context.switchToHttp().getRequest<WireRequest>()),
);
