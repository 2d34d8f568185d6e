import { Inject, Injectable, type PipeTransform, type Type, createParamDecorator, mixin } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { ApiConfig } from '../dependencies.js';
import { type Contract, readContract } from '../contracts/contract.js';
import { CONFIG } from '../tokens.js';
import { readBody } from './read-body.js';
import type { WireRequest } from './wire-request.js';

const RawRequest = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<WireRequest>(),
);

/** Reads the body when the handler's turn has come: after authentication, role, path and method, as Heketi does. */
function contractPipe<T>(contract: Contract<T>): Type<PipeTransform<WireRequest, Promise<T>>> {
  @Injectable()
  class ContractPipe implements PipeTransform<WireRequest, Promise<T>> {
    constructor(@Inject(CONFIG) private readonly config: ApiConfig) {}

    async transform(request: WireRequest): Promise<T> {
      return readContract(contract, await readBody(request.raw, this.config.bodyLimitBytes));
    }
  }
  return mixin(ContractPipe);
}

/** The body of a request, read by its contract. */
export function WireBody<T>(contract: Contract<T>): ParameterDecorator {
  return RawRequest(contractPipe(contract));
}
