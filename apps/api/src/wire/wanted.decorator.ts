import { decodedPath } from '#auth';
import { Inject, Injectable, type PipeTransform, type Type, createParamDecorator, mixin } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { requestDigest } from '../changes/request-digest.js';
import type { Wish } from '../changes/wish.js';
import { type Contract, readContract } from '../contracts/contract.js';
import type { ApiConfig } from '../dependencies.js';
import { CONFIG } from '../tokens.js';
import { IDEMPOTENCY_KEY, idempotencyKeyOf } from './idempotency-key.js';
import { readBody } from './read-body.js';
import { type WireRequest, attributionOf } from './wire-request.js';

/** What a client asks to be changed, and the body that says how. */
export interface Wanted<Body = null> {
  readonly wish: Wish;
  readonly body: Body;
}

const RawRequest = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<WireRequest>(),
);

/** Reads the request when the handler's turn has come: after authentication, role, path and method, as Heketi does. */
function wantedPipe<Body>(
  contract: Contract<Body> | null,
): Type<PipeTransform<WireRequest, Promise<Wanted<Body | null>>>> {
  @Injectable()
  class WantedPipe implements PipeTransform<WireRequest, Promise<Wanted<Body | null>>> {
    constructor(@Inject(CONFIG) private readonly config: ApiConfig) {}

    async transform(request: WireRequest): Promise<Wanted<Body | null>> {
      const key = idempotencyKeyOf(request.raw.headersDistinct[IDEMPOTENCY_KEY]);
      const { method } = request;
      const path = decodedPath(request.originalUrl) ?? '';
      const body = contract && readContract(contract, await readBody(request.raw, this.config.bodyLimitBytes));
      const digest = requestDigest(method, path, body);
      return { wish: { by: attributionOf(request), method, path, digest, key }, body };
    }
  }
  return mixin(WantedPipe);
}

/** The one way to a change: whoever takes its wish can be asked again under a key. The body is read by its contract, if any. */
export function WireChange(contract: Contract<unknown> | null = null): ParameterDecorator {
  return RawRequest(wantedPipe(contract));
}
