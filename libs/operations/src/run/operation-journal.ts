import { operationDecider, nodeDecider, type OperationCommand, type OperationState, type PinnedHostKey } from '#domain';
import { messageOf, newId, systemAttribution, type Logger } from '#kernel';
import type { Change, Ledger, LedgerTransaction } from '#read-model';
import type { Lease, Leases } from '../leases/leases.js';

/** The key of a node that was met for the first time. */
export interface MetHostKey {
  readonly nodeId: string;
  readonly key: PinnedHostKey;
}

interface Entry {
  readonly commands: readonly OperationCommand[];
  readonly hostKeys: readonly MetHostKey[];
}

interface Waiting extends Entry {
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * The one way in which a worker writes. Every write is fenced: the lease rows are held and the epochs compared in the same
 * transaction. Writes of parallel steps that come while one is under way go together in the next.
 */
export class OperationJournal {
  readonly #waiting: Waiting[] = [];
  #deferred: readonly Entry[] = [];
  #writing = false;
  #state: OperationState;

  constructor(
    private readonly ledger: Ledger,
    private readonly leases: Leases,
    private readonly lease: Lease,
    private readonly worker: string,
    private readonly logger: Logger,
    state: OperationState,
  ) {
    this.#state = state;
  }

  /** As of the last write. */
  get state(): OperationState {
    return this.#state;
  }

  /** @throws LeaseLostError; DomainError where the operation has moved on */
  record(commands: readonly OperationCommand[], hostKeys: readonly MetHostKey[] = []): Promise<void> {
    const deferred = this.#takeDeferred();
    return new Promise<void>((done, failed) => {
      const entry = merged([...deferred, { commands, hostKeys }]);
      this.#waiting.push({ ...entry, done, failed });
      if (!this.#writing) void this.#writeAll();
    });
  }

  /** To be written together with what is written next. Until then it is as if it had not happened. */
  defer(commands: readonly OperationCommand[], hostKeys: readonly MetHostKey[] = []): void {
    this.#deferred = [...this.#deferred, { commands, hostKeys }];
  }

  /** Writes what was deferred. @throws as record */
  async flush(): Promise<void> {
    if (this.#deferred.length > 0) await this.record([]);
  }

  /** Forgets what was deferred. */
  drop(): void {
    this.#deferred = [];
  }

  /** The last write: the end of the operation together with what it means for its subject. @throws LeaseLostError */
  async finish(end: (tx: LedgerTransaction, operation: OperationState) => Promise<OperationCommand>): Promise<void> {
    const deferred = this.#takeDeferred();
    const { commands, hostKeys } = merged(deferred);
    try {
      await this.#fenced(async (tx) => {
        const { state, version } = await tx.load('operation', this.#state.operationId, { lock: true });
        const before = decided(state, version, commands);
        const last = await end(tx, before.next);
        const { next, change } = decided(state, version, [...commands, last]);
        await tx.append([change, ...(await this.#pins(tx, hostKeys))]);
        return next;
      });
    } catch (error) {
      this.#deferred = [...deferred, ...this.#deferred];
      throw error;
    }
  }

  #takeDeferred(): readonly Entry[] {
    const deferred = this.#deferred;
    this.#deferred = [];
    return deferred;
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    for (let batch = this.#waiting.splice(0); batch.length > 0; batch = this.#waiting.splice(0)) {
      try {
        await this.#write(batch);
        for (const entry of batch) entry.done();
      } catch (error) {
        for (const entry of batch) entry.failed(error);
      }
    }
    this.#writing = false;
  }

  async #write(batch: readonly Entry[]): Promise<void> {
    await this.#fenced(async (tx) => {
      const { state, version } = await tx.load('operation', this.#state.operationId);
      const { commands, hostKeys } = merged(batch);
      const { next, change } = decided(state, version, commands);
      await tx.append([change, ...(await this.#pins(tx, hostKeys))]);
      return next;
    });
  }

  async #pins(tx: LedgerTransaction, met: readonly MetHostKey[]): Promise<Change[]> {
    const keys = new Map(met.map(({ nodeId, key }) => [nodeId, key]));
    const changes: Change[] = [];
    for (const [nodeId, key] of keys) {
      const { state, version } = await tx.load('node', nodeId);
      try {
        const events = nodeDecider.decide({ type: 'PinNodeHostKey', key }, state);
        if (events.length > 0) changes.push({ kind: 'node', id: nodeId, expectedVersion: version, events });
      } catch (error) {
        // Another operation has met the node in between and seen another key: its pin stays, the next connection is refused.
        this.logger.error({ nodeId, fingerprint: key.fingerprint, error: messageOf(error) }, 'host key not pinned');
      }
    }
    return changes;
  }

  async #fenced(work: (tx: LedgerTransaction) => Promise<OperationState>): Promise<void> {
    const attribution = systemAttribution(this.worker, this.#state.operationId);
    this.#state = await this.ledger.transact({ attribution, commandId: newId() }, async (tx) => {
      await this.leases.assertHeld(tx.sql, this.lease);
      return work(tx);
    });
  }
}

function merged(entries: readonly Entry[]): Entry {
  return {
    commands: entries.flatMap((entry) => entry.commands),
    hostKeys: entries.flatMap((entry) => entry.hostKeys),
  };
}

function decided(
  state: OperationState,
  version: number,
  commands: readonly OperationCommand[],
): { next: OperationState; change: Change<'operation'> } {
  let next = state;
  const events = commands.flatMap((command) => {
    const made = operationDecider.decide(command, next);
    next = made.reduce(operationDecider.evolve, next);
    return made;
  });
  return { next, change: { kind: 'operation', id: state.operationId, expectedVersion: version, events } };
}
