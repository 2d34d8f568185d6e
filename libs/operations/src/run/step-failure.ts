import { DomainError } from '#kernel';
import { NodeCommandError, NodeUnreachableError } from '#storage-nodes';
import { StepRefusedError } from '../workflows/workflow.js';

/** Why a step did not succeed. */
export interface StepFailure {
  /** The node that said so, null where none did. */
  readonly node: string | null;
  readonly reason: string;
  /** The step has looked and nothing has happened: see StepRefusedError. */
  readonly refused: boolean;
}

/**
 * What an error of a step says about the operation. null: nothing, the fault is on our side (the database is away, a bug) and
 * the operation has to wait for another run.
 */
export function stepFailure(error: unknown): StepFailure | null {
  if (error instanceof StepRefusedError) return { node: error.node, reason: error.message, refused: true };
  if (error instanceof NodeCommandError || error instanceof NodeUnreachableError) {
    return { node: error.node, reason: error.message, refused: false };
  }
  if (error instanceof DomainError) return { node: null, reason: error.message, refused: false };
  return null;
}

/** Whether the same step may well succeed in a moment. */
export function isTransient(error: unknown): boolean {
  return error instanceof NodeUnreachableError;
}

/** The one text for several failures: identical ones once, different ones as Heketi's `Host h: text` lines. */
export function combinedReason(failures: readonly Pick<StepFailure, 'node' | 'reason'>[]): string {
  const texts = new Set(failures.map((failure) => failure.reason));
  const [only] = texts;
  if (only !== undefined && texts.size === 1) return only;
  const lines = failures.map(({ node, reason }) => (node === null ? reason : `Host ${node}: ${reason}`));
  return [...new Set(lines)].join('\n');
}
