import type { NodeState } from '#domain';
import { messageOf } from '#kernel';
import { addressOf, NodeUnreachableError, type StorageNodes } from '#storage-nodes';
import type { StepFailure } from './step-failure.js';

/** A node of the cluster that cannot take part, and what can be done about it. */
export interface MissingNode {
  readonly nodeId: string;
  readonly text: string;
}

/** How long each node gets to answer. Somebody waits for the end of the operation. */
const ANSWER_MS = 10_000;

/** Gluster's words where it misses a peer. It does not always say which, and never what to do. */
const MISSES_A_PEER = /peers are down|not connected|disconnected|(?:staging|commit|locking) failed on/i;

/** Whether Gluster refused because a node of the cluster is away. */
export function missesPeer(failures: readonly Pick<StepFailure, 'reason'>[]): boolean {
  return failures.some(({ reason }) => MISSES_A_PEER.test(reason));
}

/** Asks all of them at once whether they are there. Never fails. @param signal ends the asking */
export async function missingAmong(
  members: readonly NodeState[],
  nodes: Pick<StorageNodes, 'glusterdRunning'>,
  signal: AbortSignal,
): Promise<MissingNode[]> {
  const found = await Promise.all(members.map((member) => ask(member, nodes, signal)));
  return found.filter((missing) => missing !== null);
}

async function ask(
  member: NodeState,
  nodes: Pick<StorageNodes, 'glusterdRunning'>,
  signal: AbortSignal,
): Promise<MissingNode | null> {
  const address = addressOf(member);
  const { nodeId, manageHost } = address;
  const inTime = AbortSignal.timeout(ANSWER_MS);
  // Looks only: whatever its end, nothing has to be recorded of it.
  const call = { signal: AbortSignal.any([signal, inTime]), onCommand: () => undefined };
  try {
    if (await nodes.glusterdRunning(address, call)) return null;
    const text = `no glusterd answers on node ${manageHost}; check that it runs there (node id ${nodeId})`;
    return { nodeId, text };
  } catch (error) {
    if (error instanceof NodeUnreachableError) return { nodeId, text: error.message };
    const why = inTime.aborted
      ? `has not answered within ${ANSWER_MS / 1000} s`
      : `cannot be asked: ${messageOf(error)}`;
    return { nodeId, text: `node ${manageHost} ${why}; check that it is up (node id ${nodeId})` };
  }
}
