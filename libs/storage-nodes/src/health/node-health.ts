import type { CircuitState } from '../ssh/circuit.js';

/** How a node has answered of late. */
export interface NodeCondition {
  readonly nodeId: string;
  /** Its manage hostname. */
  readonly host: string;
  readonly suspect: boolean;
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
  /** Of every node that this process has ever sent a command to. */
  conditions(): readonly NodeCondition[];
}

/** answered: with an exit code. silent: without one. unknown: whoever had sent it did not wait for the end. */
export type CommandEnd = 'answered' | 'silent' | 'unknown';

interface Watched {
  readonly host: string;
  /** When the commands began that have not ended, oldest first. */
  readonly underway: Map<symbol, number>;
  lastAnswerMs: number;
  /** Nothing has been heard of it since a command went unanswered. */
  silent: boolean;
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
      lastAnswerMs: -Infinity,
      silent: false,
    };
    this.#nodes.set(nodeId, node);
    const command = Symbol(nodeId);
    node.underway.set(command, this.nowMs());
    return (end) => {
      // Before the command is taken off: one that was given up after a long silence leaves a suspicion behind.
      const hung = this.#hangs(node);
      node.underway.delete(command);
      if (end === 'answered') node.lastAnswerMs = this.nowMs();
      node.silent = end === 'silent' || (end === 'unknown' && (node.silent || hung));
    };
  }

  isSuspect(nodeId: string): boolean {
    const node = this.#nodes.get(nodeId);
    return node !== undefined && (node.silent || this.#hangs(node));
  }

  conditions(): readonly NodeCondition[] {
    return [...this.#nodes].map(([nodeId, { host }]) => ({
      nodeId,
      host,
      suspect: this.isSuspect(nodeId),
      circuit: this.circuitOf(nodeId, host),
    }));
  }

  #hangs({ underway, lastAnswerMs }: Watched): boolean {
    const [oldest] = underway.values();
    return oldest !== undefined && this.nowMs() - Math.max(oldest, lastAnswerMs) > this.suspectAfterMs;
  }
}
