import {
  type CanActivate,
  HttpCode,
  Inject,
  Injectable,
  type PipeTransform,
  RequestMapping,
  RequestMethod,
  type Type,
  UseGuards,
  UseInterceptors,
  applyDecorators,
  createParamDecorator,
  mixin,
} from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { ApiConfig } from '../../dependencies.js';
import { CONFIG } from '../../tokens.js';
import type { WireRequest } from '../../wire/wire-request.js';
import { MaskInterceptor } from './mask.interceptor.js';
import { readInput } from './read-input.js';
import { routerPath } from './route-match.js';
import type { V1Input, V1Route } from './route.js';

/** Makes a method of a controller the handler of a declared route. What it returns is sent as JSON, with the declared status. */
export function V1(route: V1Route): MethodDecorator {
  const [status = '200'] = Object.keys(route.answers);
  return applyDecorators(
    RequestMapping({ path: routerPath(route.path), method: RequestMethod[route.method] }),
    HttpCode(Number(status)),
    UseInterceptors(MaskInterceptor),
    ...(takesSomething(route) ? [] : [UseGuards(nothingGuard(route))]),
  );
}

function takesSomething({ params, query, body }: V1Route): boolean {
  return params !== undefined || query !== undefined || body !== undefined;
}

/** A route that takes nothing has no input to read; what is sent all the same is refused. */
function nothingGuard(route: V1Route): CanActivate {
  return {
    canActivate: async (context) => {
      await readInput(route, context.switchToHttp().getRequest<WireRequest>(), 0);
      return true;
    },
  };
}

const RawRequest = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<WireRequest>(),
);

/** Reads the request when the handler's turn has come: nobody learns what is wrong with it who may not send it. */
function inputPipe(route: V1Route): Type<PipeTransform<WireRequest, Promise<V1Input<V1Route>>>> {
  @Injectable()
  class InputPipe implements PipeTransform<WireRequest, Promise<V1Input<V1Route>>> {
    constructor(@Inject(CONFIG) private readonly config: ApiConfig) {}

    transform(request: WireRequest): Promise<V1Input<V1Route>> {
      return readInput(route, request, this.config.bodyLimitBytes);
    }
  }
  return mixin(InputPipe);
}

/** The handler's `V1Input<typeof route>`, validated. */
export function Input(route: V1Route): ParameterDecorator {
  return RawRequest(inputPipe(route));
}
