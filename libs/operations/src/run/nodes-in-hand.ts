import type { NodeState, OutOfReach } from '#domain';
import type { Clock } from '#kernel';
import { NodeUnreachableError, type NodeAddress, type StorageNodes } from '#storage-nodes';
import { guardedNodes, type NodeGuard } from './guarded-nodes.js';
import { inParallel } from './in-parallel.js';
import { missingAmong, type MissingNode } from './missing-nodes.js';
import type { MetHostKey } from './operation-journal.js';
import { NodeAwayError } from './step-failure.js';
import { runStep, StepTrace, type RunTerms } from './step-run.js';

/** A node that could not be taken over. */
interface Away {
  readonly error: NodeAwayError;
  /** Since when nothing has been sent to it. */
  readonly silentSince: string;
}

/**
 * The nodes as far as this run has them in its hand. One that an earlier worker may have used has to be taken over first; where
 * that fails it is left alone for the whole run, so that since when nothing was sent to it stays known.
 */
export class NodesInHand implements NodeGuard {
  /** For the steps. */
  readonly nodes: StorageNodes;
  readonly #away = new Map<string, Away>();
  readonly #unanswered = new Set<string>();
  #inDoubt = false;

  constructor(
    private readonly all: StorageNodes,
    /** After this time nothing runs any more that was sent to a node. */
    private readonly quietMs: number,
    private readonly clock: Clock,
  ) {
    this.nodes = guardedNodes(all, this);
  }

  /**
   * Takes the nodes over, all at once.
   * @param known those that were away before, and since when
   * @returns the keys of nodes that were met for the first time
   */
  async takeOver(addresses: readonly NodeAddress[], known: OutOfReach, terms: RunTerms): Promise<MetHostKey[]> {
    const trace = new StepTrace();
    const one = async (node: NodeAddress): Promise<void> => {
      const result = await runStep((call) => this.all.takeOver(node, call).then(() => null), terms, trace);
      if (result.ok) return;
      const error = new NodeAwayError(result.failure.reason, node);
      this.#away.set(node.nodeId, { error, silentSince: known[node.nodeId] ?? this.clock.now().toISOString() });
    };
    await inParallel(addresses, one, terms.end);
    return trace.hostKeys;
  }

  get outOfReach(): OutOfReach {
    return Object.fromEntries([...this.#away].map(([nodeId, { silentSince }]) => [nodeId, silentSince]));
  }

  /** What was said of nodes that could not be reached, or did not answer, in this run. */
  get troubles(): string[] {
    const away = [...this.#away.values()].map(({ error }) => error.message);
    return [...new Set([...away, ...this.#unanswered])];
  }

  /** See there; those that are away in this run are not asked again. */
  async missingAmong(members: readonly NodeState[], signal: AbortSignal): Promise<MissingNode[]> {
    const away = [...this.#away].map(([nodeId, { error }]) => ({ nodeId, text: error.message }));
    const others = members.filter(({ nodeId }) => !this.#away.has(nodeId));
    return [...away, ...(await missingAmong(others, this.all, signal))];
  }

  /** Whether a command was sent in this run whose end is not known: it may still be running. */
  get inDoubt(): boolean {
    return this.#inDoubt;
  }

  /**
   * Before anything is undone: nothing that was sent earlier may take effect afterwards.
   * @param reach the nodes to which the step's commands may have been sent
   * @throws NodeUnreachableError while one of them is away and may still run one
   */
  requireQuiet(reach: readonly string[]): void {
    const quietBefore = this.clock.now().getTime() - this.quietMs;
    for (const nodeId of reach) {
      const away = this.#away.get(nodeId);
      if (away !== undefined && Date.parse(away.silentSince) > quietBefore) throw away.error;
    }
  }

  enter({ nodeId }: NodeAddress): void {
    const away = this.#away.get(nodeId);
    if (away !== undefined) throw away.error;
  }

  failed(error: unknown): void {
    if (!(error instanceof NodeUnreachableError)) return;
    this.#unanswered.add(error.message);
    this.#inDoubt ||= error.sent;
  }
}
