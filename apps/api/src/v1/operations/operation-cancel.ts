import type { OperationState } from '#domain';
import { type Attribution, DomainError, messageOf, newId } from '#kernel';
import { cancelOperation } from '#operations';
import { Inject, Injectable } from '@nestjs/common';
import type { ApiDependencies } from '../../dependencies.js';
import { DEPENDENCIES } from '../../tokens.js';

/** Cancels operations, and tells the workers that there is something to do. */
@Injectable()
export class OperationCancel {
  constructor(@Inject(DEPENDENCIES) private readonly parts: ApiDependencies) {}

  /** @throws DomainError where it is too late */
  async cancel(operationId: string, by: Attribution): Promise<void> {
    const { ledger, telemetry } = this.parts;
    const attribution = { ...by, correlationId: operationId };
    const order = { operationId, by: by.actor, issuer: by.issuer };
    try {
      const operation = await ledger.transact({ attribution, commandId: newId() }, (tx) => cancelOperation(tx, order));
      telemetry.command('CancelOperation', 'accepted');
      // Not waited for: a queue that hangs must not hold up the answer.
      void this.hint(operation);
    } catch (error) {
      telemetry.command('CancelOperation', error instanceof DomainError ? 'refused' : 'failed');
      throw error;
    }
  }

  /** The operation has to turn back; or it is over, and those behind it in its lanes have their turn. */
  private async hint({ operationId, status, resources }: OperationState): Promise<void> {
    const { queries, kick, clock, logger } = this.parts;
    try {
      const due = status === 'failed' ? await queries.nextInLanes(resources) : [operationId];
      await Promise.all(due.map((id) => kick(id, clock.now().getTime())));
    } catch (error) {
      logger.warn({ operationId, reason: messageOf(error) }, 'nobody was told of the cancel; the reconciler will');
    }
  }
}
