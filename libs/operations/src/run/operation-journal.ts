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
    return new Promise<void>((done, failed) => {
      this.#waiting.push({ commands, hostKeys, done, failed });
      if (!this.#writing) void this.#writeAll();
    });
  }

  /** The last write: the end of the operation together with what it means for its subject. @throws LeaseLostError */
  async finish(end: (tx: LedgerTransaction, operation: OperationState) => Promise<OperationCommand>): Promise<void> {
    await this.#fenced(async (tx) => {
      const { state, version } = await tx.load('operation', this.#state.operationId, { lock: true });
      const command = await end(tx, state);
      const { next, change } = decided(state, version, [command]);
      await tx.append([change]);
      return next;
    });
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
      const commands = batch.flatMap((entry) => entry.commands);
      const { next, change } = decided(state, version, commands);
      const pins = await this.#pins(
        tx,
        batch.flatMap((entry) => entry.hostKeys),
      );
      await tx.append([change, ...pins]);
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
