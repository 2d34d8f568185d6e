import type { CircuitState } from '../ssh/circuit.js';

/** unreachable: it could not be connected to. silent: it has answered nothing that was sent to it. */
export type Suspicion = 'unreachable' | 'silent';

/** How a node has answered of late. */
export interface NodeCondition {
  readonly nodeId: string;
  /** Its manage hostname. */
  readonly host: string;
  /** null: it answers. */
  readonly suspicion: Suspicion | null;
  /** open: it could not be connected to and is left alone for a while; half-open: it is being tried again. */
  readonly circuit: CircuitState;
}

/**
 * What a process knows of the nodes from how they answer its commands. A hint for those who share out work, never a reason to
 * believe anything about a node.
 */
export interface NodeHealth {
  /** Whether the node could not be reached the last time, or answers none of the commands that it has. False where unknown. */
  isSuspect(nodeId: string): boolean;
  /** Of every node that this process has sent a command to within the hour. */
  conditions(): readonly NodeCondition[];
}

/** answered: with an exit code. unknown: whoever had sent it did not wait for the end. */
export type CommandEnd = 'answered' | Suspicion | 'unknown';

/** One that nobody asks any more (it may have been deleted) is forgotten. */
const FORGET_AFTER_MS = 3_600_000;

interface Watched {
  readonly host: string;
  /** When the commands began that have not ended, oldest first. */
  readonly underway: Map<symbol, number>;
  lastSentMs: number;
  lastAnswerMs: number;
  /** How the last command ended: nothing has been heard of the node since. */
  suspicion: Suspicion | null;
}

/** Node health from the commands that an executor runs. */
export class ObservedHealth implements NodeHealth {
  readonly #nodes = new Map<string, Watched>();

  constructor(
    /** A node with commands under way that answers none of them for this long is suspect: it hangs, or is very slow. */
    private readonly suspectAfterMs: number,
    private readonly circuitOf: (nodeId: string, host: string) => CircuitState = () => 'closed',
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** A command is sent. To be told once how it ended. */
  sent({ nodeId, manageHost }: { readonly nodeId: string; readonly manageHost: string }): (end: CommandEnd) => void {
    const node = this.#nodes.get(nodeId) ?? {
      host: manageHost,
      underway: new Map<symbol, number>(),
      lastSentMs: 0,
      lastAnswerMs: -Infinity,
      suspicion: null,
    };
    this.#nodes.set(nodeId, node);
    const command = Symbol(nodeId);
    node.lastSentMs = this.nowMs();
    node.underway.set(command, node.lastSentMs);
    return (end) => {
      // Before the command is taken off: one that was given up after a long silence leaves a suspicion behind.
      const now = this.#suspicionOf(node);
      node.underway.delete(command);
      if (end === 'answered') node.lastAnswerMs = this.nowMs();
      if (end === 'unknown') node.suspicion = now;
      else node.suspicion = end === 'answered' ? null : end;
    };
  }

  isSuspect(nodeId: string): boolean {
    const node = this.#nodes.get(nodeId);
    return node !== undefined && this.#suspicionOf(node) !== null;
  }

  conditions(): readonly NodeCondition[] {
    const longAgoMs = this.nowMs() - FORGET_AFTER_MS;
    for (const [nodeId, { underway, lastSentMs }] of this.#nodes) {
      if (underway.size === 0 && lastSentMs < longAgoMs) this.#nodes.delete(nodeId);
    }
    return [...this.#nodes].map(([nodeId, node]) => ({
      nodeId,
      host: node.host,
      suspicion: this.#suspicionOf(node),
      circuit: this.circuitOf(nodeId, node.host),
    }));
  }

  #suspicionOf({ underway, lastAnswerMs, suspicion }: Watched): Suspicion | null {
    const [oldest] = underway.values();
    const hangs = oldest !== undefined && this.nowMs() - Math.max(oldest, lastAnswerMs) > this.suspectAfterMs;
    return suspicion ?? (hangs ? 'silent' : null);
  }
}
