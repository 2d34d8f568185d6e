import { messageOf, type Logger } from '#kernel';
import type { NodeHealth } from '#storage-nodes';
import { Crowd, type Member } from './crowd.js';

/** How often what runs, and what waits outside, is held against the health of its nodes. */
const LOOK_MS = 500;

export interface BulkheadParts {
  readonly health: NodeHealth;
  /** The nodes that an operation cannot do without. */
  readonly nodesOf: (operationId: string) => Promise<readonly string[]>;
  /** Puts an operation back into the queue that had to stay outside and may come in now. */
  readonly callIn: (operationId: string) => void;
  /** Operations at a time in this process. */
  readonly concurrency: number;
  readonly logger: Logger;
}

/** What has become of operations whose nodes do not answer, for metrics. */
export interface BulkheadCounts {
  /** Times that an operation had to stay outside, since the start. */
  readonly putBack: number;
  /** Those that wait outside. */
  readonly outside: number;
  /** Those that go on without a place. */
  readonly withoutPlace: number;
}

/** An operation that runs. */
interface Guest extends Member {
  readonly operationId: string;
  /** Gives the place back early: the operation goes on without one. */
  readonly letGo: () => void;
}

/**
 * Keeps operations whose nodes do not answer from taking all the places of a worker. Together they may have a quarter of them.
 * Those that were under way when their node fell silent give up the places beyond it and go on without one; others stay outside
 * until there is room again or their node answers. So that a node which is back is noticed, one operation that needs it is let in
 * however many wait for other nodes.
 */
export class Bulkhead {
  readonly #guests = new Set<Guest>();
  /** Those that had to stay outside, in the order of coming. A hint: the log has them too, and the reconciler brings them. */
  readonly #outside = new Map<string, Member>();
  readonly #share: number;
  #putBack = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(private readonly parts: BulkheadParts) {
    this.#share = Math.max(1, Math.floor(parts.concurrency / 4));
  }

  /**
   * @returns what to call at the end of the operation; null where it has to stay outside: it is called in later
   */
  async enter(operationId: string, letGo: () => void): Promise<(() => void) | null> {
    const guest: Guest = { operationId, letGo, nodes: null, seated: true };
    if (this.#anySuspect()) {
      await this.#learnNodes([guest, ...this.#guests]);
      const crowd = this.#crowd();
      if (!crowd.admits(guest)) {
        this.#putOutside(guest, crowd);
        return null;
      }
    }
    this.#outside.delete(operationId);
    this.#guests.add(guest);
    this.#keepLooking();
    return () => {
      this.#guests.delete(guest);
      this.#keepLooking();
    };
  }

  counts(): BulkheadCounts {
    const withoutPlace = [...this.#guests].filter(({ seated }) => !seated).length;
    return { putBack: this.#putBack, outside: this.#outside.size, withoutPlace };
  }

  /** Calls nobody in any more. */
  close(): void {
    this.#outside.clear();
    this.#keepLooking();
  }

  #putOutside(guest: Guest, crowd: Crowd): void {
    const { operationId, nodes, seated } = guest;
    if (!this.#outside.has(operationId)) {
      this.#putBack += 1;
      const waitsFor = crowd.suspectsOf(guest).map((nodeId) => this.#describe(nodeId));
      this.parts.logger.info(
        { operationId, waitsFor },
        'operation waits for nodes that do not answer, as do too many others',
      );
    }
    this.#outside.set(operationId, { nodes, seated });
    this.#keepLooking();
  }

  /** A timer runs while there is something to look at. */
  #keepLooking(): void {
    if (this.#guests.size + this.#outside.size > 0) {
      this.#timer ??= setInterval(() => void this.#look(), LOOK_MS);
    } else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  async #look(): Promise<void> {
    if (this.#looking || (this.#outside.size === 0 && !this.#anySuspect())) return;
    this.#looking = true;
    await this.#learnNodes(this.#guests);
    this.#looking = false;
    const crowd = this.#crowd();
    // However often nodes come and go: what runs without a place is never more than what has one.
    const free = Math.max(0, this.parts.concurrency - this.counts().withoutPlace);
    for (const guest of crowd.tooMany().slice(0, free)) this.#unseat(guest);
    this.#callIn(crowd);
  }

  #callIn(crowd: Crowd): void {
    for (const [operationId, member] of this.#outside) {
      if (!crowd.admits(member)) continue;
      crowd.add(member);
      this.#outside.delete(operationId);
      this.parts.callIn(operationId);
    }
    this.#keepLooking();
  }

  #unseat(guest: Guest): void {
    const { operationId } = guest;
    guest.seated = false;
    this.parts.logger.info({ operationId }, 'operation goes on without a place: its nodes do not answer');
    guest.letGo();
  }

  #anySuspect(): boolean {
    return this.parts.health.conditions().some(({ suspicion }) => suspicion !== null);
  }

  #crowd(): Crowd<Guest> {
    return new Crowd(this.#guests, (nodeId) => this.parts.health.isSuspect(nodeId), this.#share);
  }

  /** Where the database is away they stay unknown for now: the operations get no further either. Never fails. */
  async #learnNodes(guests: Iterable<Guest>): Promise<void> {
    const learn = async (guest: Guest): Promise<void> => {
      const { operationId } = guest;
      try {
        guest.nodes ??= await this.parts.nodesOf(operationId);
      } catch (error) {
        this.parts.logger.warn({ operationId, error: messageOf(error) }, 'nodes of an operation are not known');
      }
    };
    await Promise.all([...guests].map(learn));
  }

  #describe(nodeId: string): string {
    const known = this.parts.health.conditions().find((condition) => condition.nodeId === nodeId);
    return known === undefined ? nodeId : `${known.host} (${nodeId}, ${known.suspicion ?? 'answers'})`;
  }
}
