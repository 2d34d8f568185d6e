import { Gate } from '../gate.js';
import type { NodeAddress } from '../storage-nodes.js';

/**
 * How many Gluster commands this process has under way in one cluster. Most of them take a lock of the whole cluster: more at
 * once would only meet `Another transaction is in progress`, and hold sessions of nodes that others could use.
 */
export class GlusterGates {
  readonly #gates = new Map<string, Gate>();

  constructor(private readonly perCluster: number) {}

  /** Waits for a turn, first come, first served; the result gives it back, once. @throws the signal's reason */
  enter({ clusterId, nodeId }: NodeAddress, signal: AbortSignal): Promise<() => void> {
    const key = clusterId ?? nodeId;
    const gate = this.#gates.get(key) ?? new Gate(this.perCluster);
    this.#gates.set(key, gate);
    return gate.enter(signal);
  }
}
