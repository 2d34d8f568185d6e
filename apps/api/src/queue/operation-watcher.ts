import { type Logger, messageOf } from '#kernel';
import type { Queries } from '#read-model';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { ApiDependencies } from '../dependencies.js';
import { Drain } from '../drain/drain.js';
import { DEPENDENCIES } from '../tokens.js';

type Done = () => void;

/**
 * Lets requests wait for the end of operations. However many wait, and however often the log grows, at most one question is
 * under way, for all of them together.
 */
@Injectable()
export class OperationWatcher implements OnModuleDestroy {
  private readonly queries: Queries;
  private readonly logger: Logger;
  private readonly unsubscribe: () => void;
  private readonly waiting = new Map<string, Set<Done>>();
  private stopping = false;
  private asking = false;
  /** Grows with every reason to look. */
  private reasons = 0;

  constructor(@Inject(DEPENDENCIES) { queries, logger, onAppend }: ApiDependencies, @Inject(Drain) drain: Drain) {
    this.queries = queries;
    this.logger = logger;
    this.unsubscribe = onAppend(() => this.look());
    drain.onBegin(() => this.letGo());
  }

  /** How many requests wait. */
  get size(): number {
    let size = 0;
    for (const waiters of this.waiting.values()) size += waiters.size;
    return size;
  }

  /**
   * Resolves when the operation has ended or is unknown, when `holdMs` have passed, or when `signal` fires, whichever is
   * first; the caller then looks for itself. An end that comes between the caller's last look and this call is noticed.
   */
  waitForEnd(operationId: string, holdMs: number, signal: AbortSignal): Promise<void> {
    if (holdMs <= 0 || signal.aborted || this.stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const waiters = this.waiting.get(operationId) ?? new Set<Done>();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        waiters.delete(done);
        if (waiters.size === 0 && this.waiting.get(operationId) === waiters) this.waiting.delete(operationId);
        resolve();
      };
      const timer = setTimeout(done, holdMs);
      signal.addEventListener('abort', done);
      waiters.add(done);
      this.waiting.set(operationId, waiters);
      this.look();
    });
  }

  onModuleDestroy(): void {
    this.unsubscribe();
    this.letGo();
  }

  /** Everybody, now and from now on: the server stops. */
  private letGo(): void {
    this.stopping = true;
    for (const operationId of [...this.waiting.keys()]) this.release(operationId);
  }

  private release(operationId: string): void {
    for (const done of [...(this.waiting.get(operationId) ?? [])]) done();
  }

  private look(): void {
    this.reasons += 1;
    if (!this.asking && this.waiting.size > 0) void this.ask();
  }

  private async ask(): Promise<void> {
    this.asking = true;
    try {
      let answered: number;
      do {
        answered = this.reasons;
        const ids = [...this.waiting.keys()];
        const statuses = await this.queries.operationStatuses(ids);
        for (const id of ids) {
          const status = statuses.get(id);
          if (status === undefined || status === 'succeeded' || status === 'failed') this.release(id);
        }
      } while (answered !== this.reasons && this.waiting.size > 0);
    } catch (error) {
      // Those who wait look for themselves when their time is up.
      this.logger.warn({ reason: messageOf(error) }, 'could not ask for operations that clients wait for');
    } finally {
      this.asking = false;
    }
  }
}
