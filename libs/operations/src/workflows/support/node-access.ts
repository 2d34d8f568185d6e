import type { NodeState } from '#domain';
import { addressOf, NodeCommandError, NodeUnreachableError, type NodeAddress } from '#storage-nodes';
import { combinedReason } from '../../run/step-failure.js';
import type { LoadState, WorkflowView } from '../workflow.js';

/** The node has been deleted. */
export class NodeGoneError extends Error {
  constructor(nodeId: string) {
    super(`node ${nodeId} is gone`);
    this.name = 'NodeGoneError';
  }
}

/** @throws NodeGoneError */
export async function addressById(load: LoadState, nodeId: string): Promise<NodeAddress> {
  const node = await load('node', nodeId);
  if (isGone(node)) throw new NodeGoneError(nodeId);
  return addressOf(node);
}

export function isGone({ status }: NodeState): boolean {
  return status === 'none' || status === 'deleted';
}

/** A Gluster command may go to any of them, or may have gone while it was not yet to be deleted. */
export async function memberIds({ queries }: WorkflowView, clusterId: string): Promise<string[]> {
  return (await queries.clusterMembers(clusterId)).map(({ nodeId }) => nodeId);
}

/** What the gluster command says where no glusterd answers it: another node may do. */
const glusterdIsDown = /gluster daemon is operational/i;

function isPassedOn(error: unknown): error is NodeUnreachableError | NodeCommandError {
  if (error instanceof NodeUnreachableError) return !error.sent;
  return error instanceof NodeCommandError && glusterdIsDown.test(error.message);
}

/**
 * The node's glusterd has no peers. Where the cluster has other members it was detached, or set up anew, behind our back: that it
 * does not know a thing says nothing about the others.
 */
export class AloneError extends NodeUnreachableError {
  constructor({ manageHost }: NodeAddress) {
    super(`the glusterd of ${manageHost} has no peers and cannot speak for its cluster`, manageHost, false);
    this.name = 'AloneError';
  }
}

/**
 * Runs something on the first of the nodes that can be reached and whose glusterd is up. A node that may have got the command
 * is not passed over: nobody knows then what has happened.
 * @param work gets whether it is asked for the first time; after that another node may have begun it
 * @param absent what it comes to where all nodes could be asked, and each is alone: then they speak for the cluster after all
 * @throws NodeUnreachableError where none can be asked, with the words of all
 */
export async function onAnyNode<T>(
  candidates: readonly NodeState[],
  work: (via: NodeAddress, first: boolean) => Promise<T>,
  absent?: T,
): Promise<T> {
  const failures: { node: string; reason: string }[] = [];
  let lonely = 0;
  for (const node of candidates) {
    try {
      return await work(addressOf(node), failures.length === 0);
    } catch (error) {
      if (!isPassedOn(error)) throw error;
      failures.push({ node: error.node, reason: error.message });
      lonely += error instanceof AloneError ? 1 : 0;
    }
  }
  if (absent !== undefined && lonely > 0 && lonely === candidates.length) return absent;
  const [last] = failures.slice(-1);
  if (last === undefined) throw new NodeUnreachableError('no hosts available (0 total)', '', false);
  throw new NodeUnreachableError(combinedReason(failures), last.node, false);
}
