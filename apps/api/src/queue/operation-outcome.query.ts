import type { Principal } from '#auth';
import { type OperationState, notFound } from '#domain';
import type { Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { ApiConfig } from '../dependencies.js';
import { CONFIG, QUERIES } from '../tokens.js';
import { OperationWatcher } from './operation-watcher.js';

/** The operation, ended or, after a bounded wait, as far as it is. */
export class GetOperationOutcome extends Query<OperationState> {
  constructor(
    readonly operationId: string,
    readonly principal: Principal,
    /** Fires when the client has gone. */
    readonly signal: AbortSignal,
  ) {
    super();
  }
}

@QueryHandler(GetOperationOutcome)
export class GetOperationOutcomeHandler implements IQueryHandler<GetOperationOutcome> {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(CONFIG) private readonly config: ApiConfig,
    @Inject(OperationWatcher) private readonly watcher: OperationWatcher,
  ) {}

  async execute({ operationId, principal, signal }: GetOperationOutcome): Promise<OperationState> {
    const first = await this.visible(operationId, principal);
    if (hasEnded(first)) return first;
    await this.watcher.waitForEnd(operationId, this.config.queueHoldMs, signal);
    return this.visible(operationId, principal);
  }

  /** Somebody else's operation is as unknown to the user role as one that never was. */
  private async visible(operationId: string, { issuer }: Principal): Promise<OperationState> {
    const operation = await this.queries.operation(operationId);
    if (operation === null || (issuer !== 'admin' && operation.requestedBy !== issuer)) throw notFound();
    return operation;
  }
}

export function hasEnded({ status }: OperationState): boolean {
  return status === 'succeeded' || status === 'failed';
}
