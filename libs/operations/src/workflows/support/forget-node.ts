import type { Json } from '#kernel';
import { NodeCommandError, NodeUnreachableError } from '#storage-nodes';
import type { StepContext } from '../workflow.js';
import { addressById } from './node-access.js';

/**
 * Takes the mark of this installation off a node that leaves it, or did not get in. Where the node does not let it the mark
 * stays: it takes no space, and whoever is in its way learns from it what to do.
 */
export async function forgetNode({ nodes, load, call }: StepContext, nodeId: string): Promise<Json> {
  try {
    await nodes.forgetNode(await addressById(load, nodeId), call);
    return { forgotten: true };
  } catch (error) {
    call.signal.throwIfAborted();
    if (!(error instanceof NodeCommandError || error instanceof NodeUnreachableError)) throw error;
    return { forgotten: false, reason: error.message };
  }
}
