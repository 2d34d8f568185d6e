import { DomainError, maskText } from '#kernel';
import { NodeCommandError, NodeUnreachableError, type NodeAddress } from '#storage-nodes';
import { StepRefusedError } from '../workflows/workflow.js';

/** Why a step did not succeed. */
export interface StepFailure {
  /** The node that said so, null where none did. */
  readonly node: string | null;
  readonly reason: string;
  /** The step has looked and nothing has happened: see StepRefusedError. */
  readonly refused: boolean;
  /** A command was sent and its end is not known: it may have taken effect, or still do. */
  readonly unknown: boolean;
  /** The node that could not be reached or did not answer; absent where it was none, or more than one. */
  readonly awayId?: string;
}

/**
 * What an error of a step says about the operation. null: nothing, the fault is on our side (the database is away, a bug) and
 * the operation has to wait for another run.
 */
export function stepFailure(error: unknown): StepFailure | null {
  if (error instanceof NodeUnreachableError) return away(error);
  if (error instanceof NodeCommandError) return failure(error.node, error.message);
  if (error instanceof StepRefusedError) return failure(error.node, error.message, { refused: true });
  if (error instanceof DomainError) return failure(null, error.message);
  return null;
}

function failure(node: string | null, reason: string, flags: Partial<StepFailure> = {}): StepFailure {
  // It goes into the log and to clients, whatever the error was made of.
  return { node, reason: maskText(reason), refused: false, unknown: false, ...flags };
}

function away({ node, message, sent: unknown, nodeId }: NodeUnreachableError): StepFailure {
  return failure(node, message, nodeId === undefined ? { unknown } : { unknown, awayId: nodeId });
}

/** A fault of ours, once it has had its runs to pass. */
export function internalFailure(message: string): StepFailure {
  return failure(null, `internal error: ${message}`);
}

/** The node of a call was away when the run began, and stays so until it ends. */
export class NodeAwayError extends NodeUnreachableError {
  constructor(message: string, { manageHost, nodeId }: NodeAddress) {
    super(message, manageHost, false, nodeId);
    this.name = 'NodeAwayError';
  }
}

/** Whether the same step may well succeed in a moment. */
export function isTransient(error: unknown): boolean {
  return error instanceof NodeUnreachableError && !error.sent && !(error instanceof NodeAwayError);
}

/** The one text for several failures: identical ones once, different ones as Heketi's `Host h: text` lines. */
export function combinedReason(failures: readonly Pick<StepFailure, 'node' | 'reason'>[]): string {
  const texts = new Set(failures.map((failure) => failure.reason));
  const [only] = texts;
  if (only !== undefined && texts.size === 1) return only;
  const lines = failures.map(({ node, reason }) => (node === null ? reason : `Host ${node}: ${reason}`));
  return [...new Set(lines)].join('\n');
}
