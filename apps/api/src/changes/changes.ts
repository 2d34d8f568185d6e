import { CommitOutcomeUnknown } from '#event-store';
import { type Attribution, type Logger, messageOf, newId } from '#kernel';
import { type Change, type Ledger, type LedgerTransaction, PostgresQueries, type Queries } from '#read-model';
import { Inject, Injectable } from '@nestjs/common';
import type { ApiDependencies } from '../dependencies.js';
import { DEPENDENCIES } from '../tokens.js';

/** A ledger transaction and the questions asked in it. On a second connection they could wait for a pool that waits for us. */
export interface Work {
  readonly tx: LedgerTransaction;
  readonly queries: Queries;
}

/** The commit of an acceptance broke off: whether there is an operation of this id can be asked later. */
export class AcceptanceUnknown extends CommitOutcomeUnknown {
  constructor(
    cause: unknown,
    readonly operationId: string,
  ) {
    super(cause);
    this.name = 'AcceptanceUnknown';
  }
}

/** The way of every change: one transaction, then the hint to the workers, then the answer. */
@Injectable()
export class Changes {
  private readonly ledger: Ledger;
  private readonly logger: Logger;
  private readonly kick: ApiDependencies['kick'];

  constructor(@Inject(DEPENDENCIES) { ledger, logger, kick }: ApiDependencies) {
    this.ledger = ledger;
    this.logger = logger;
    this.kick = kick;
  }

  /** A change that is complete when it has committed. */
  commit<T>(by: Attribution, work: (work: Work) => Promise<T>): Promise<T> {
    // A new id per request: the client's request id may come twice with two different wishes.
    return this.ledger.transact({ attribution: by, commandId: newId() }, (tx) =>
      work({ tx, queries: new PostgresQueries(tx.sql) }),
    );
  }

  /**
   * A change that an operation carries out, or one that began and ended with the commit.
   * @param work gives the changes, the operation's first one among them
   * @returns the operation's id, once its acceptance is durable
   * @throws AcceptanceUnknown; whatever `work` throws
   */
  async accept(
    by: Attribution,
    work: (work: Work, operationId: string) => Promise<readonly Change[]>,
  ): Promise<string> {
    const operationId = newId();
    const changes = await this.append({ ...by, correlationId: operationId }, operationId, work);
    // Not waited for: a queue that hangs must not hold up the answer.
    if (!hasEnded(changes, operationId)) void this.hint(operationId);
    return operationId;
  }

  private async append(
    by: Attribution,
    operationId: string,
    work: (work: Work, operationId: string) => Promise<readonly Change[]>,
  ): Promise<readonly Change[]> {
    try {
      return await this.commit(by, async (parts) => {
        const wanted = await work(parts, operationId);
        await parts.tx.append(wanted);
        return wanted;
      });
    } catch (error) {
      throw error instanceof CommitOutcomeUnknown ? new AcceptanceUnknown(error.cause, operationId) : error;
    }
  }

  private async hint(operationId: string): Promise<void> {
    try {
      await this.kick(operationId);
    } catch (error) {
      this.logger.warn({ operationId, reason: messageOf(error) }, 'queue did not take the hint; the reconciler will');
    }
  }
}

function hasEnded(changes: readonly Change[], operationId: string): boolean {
  const own = changes.find(({ kind, id }) => kind === 'operation' && id === operationId);
  return own?.events.some(({ type }) => type === 'OperationSucceeded' || type === 'OperationFailed') ?? false;
}
