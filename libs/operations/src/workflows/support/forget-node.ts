import type { Json } from '#kernel';
import { NodeCommandError, NodeUnreachableError } from '#storage-nodes';
import type { StepContext } from '../workflow.js';
import { addressById } from './node-access.js';

/**
 * Takes the mark of this installation off a node that leaves it, or did not get in. Where the node does not let it the mark
 * stays: it takes no space, and whoever is in its way learns from it what to do.
 */
export async function forgetNode({ nodes, load, queries, call }: StepContext, nodeId: string): Promise<Json> {
  const address = await addressById(load, nodeId);
  const owner = await queries.hostnameOwner('manage', address.manageHost);
  // A cleanup may come long after: mark and epochs are those of whoever has brought the same host in since.
  if (owner !== null && owner !== nodeId) return { forgotten: false, reason: `the host is node ${owner} by now` };
  try {
    await nodes.forgetNode(address, call);
    return { forgotten: true };
  } catch (error) {
    call.signal.throwIfAborted();
    if (!(error instanceof NodeCommandError || error instanceof NodeUnreachableError)) throw error;
    return { forgotten: false, reason: error.message };
  }
}
