import { CommitOutcomeUnknown } from '#event-store';
import { type Attribution, type Logger, messageOf, newId } from '#kernel';
import { AnswerRecords } from '#operations';
import { type Change, type Ledger, type LedgerTransaction, PostgresQueries, type Queries } from '#read-model';
import { Inject, Injectable } from '@nestjs/common';
import type { ApiDependencies } from '../dependencies.js';
import { DEPENDENCIES } from '../tokens.js';
import { type Answer, acceptedAnswer } from '../wire/answers.js';
import { clientKeyOf, recordOf, replayOf } from './replay.js';
import type { Wish } from './wish.js';

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

/** The changes that begin an operation, or the one in flight that the same request has begun already. */
export type Begun = readonly Change[] | { readonly inFlight: string };

interface Outcome {
  readonly answer: Answer;
  /** The operation that waits to be carried out from now on. */
  readonly waiting: string | null;
}

/** The way of every change: one transaction with its answer's record, then the hint to the workers, then the answer. */
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

  /** A change that is complete when it has committed. `work` gives the answer. */
  async commit(wish: Wish, work: (work: Work) => Promise<Answer>): Promise<Answer> {
    const { answer } = await this.once(wish, wish.by, async (parts) => ({ answer: await work(parts), waiting: null }));
    return answer;
  }

  /**
   * A change that an operation carries out, or one that began and ended with the commit.
   * @param work gives the changes, the operation's first one among them
   * @returns 202, once the acceptance is durable
   * @throws AcceptanceUnknown; whatever `work` throws
   */
  async accept(wish: Wish, work: (work: Work, operationId: string) => Promise<Begun>): Promise<Answer> {
    const operationId = newId();
    const { answer, waiting } = await this.begin(wish, operationId, work);
    // Not waited for: a queue that hangs must not hold up the answer.
    if (waiting !== null) void this.hint(waiting);
    return answer;
  }

  private async begin(
    wish: Wish,
    operationId: string,
    work: (work: Work, operationId: string) => Promise<Begun>,
  ): Promise<Outcome> {
    try {
      return await this.once(wish, { ...wish.by, correlationId: operationId }, async (parts) => {
        const begun = await work(parts, operationId);
        if ('inFlight' in begun) return { answer: acceptedAnswer(wish.method, begun.inFlight), waiting: null };
        await parts.tx.append(begun);
        const waits = !hasEnded(begun, operationId);
        return { answer: acceptedAnswer(wish.method, operationId), waiting: waits ? operationId : null };
      });
    } catch (error) {
      throw error instanceof CommitOutcomeUnknown ? new AcceptanceUnknown(error.cause, operationId) : error;
    }
  }

  /** Under a key: after whoever holds it, and only where it has no answer yet. */
  private once(wish: Wish, by: Attribution, work: (work: Work) => Promise<Outcome>): Promise<Outcome> {
    const clientKey = clientKeyOf(wish);
    // A new id per request: the client's request id may come twice with two different wishes.
    return this.ledger.transact({ attribution: by, commandId: newId() }, async (tx) => {
      const parts = { tx, queries: new PostgresQueries(tx.sql) };
      if (clientKey === null) return work(parts);
      const records = new AnswerRecords(tx.sql);
      await records.hold(clientKey);
      const replay = replayOf(wish, await records.find(clientKey));
      if (replay !== null) return { answer: replay, waiting: null };
      const outcome = await work(parts);
      await records.add(clientKey, recordOf(wish, outcome.answer));
      return outcome;
    });
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
