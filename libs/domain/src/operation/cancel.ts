import { DomainError } from '#kernel';
import { notFound } from '../refusals.js';
import type { CancelRequest, OperationEvent } from './events.js';
import type { OperationState } from './state.js';

/**
 * Why the operation has to turn back, where it was cancelled in time; else null. A request lapses when the phase from which on
 * there is no way back has begun all the same: a worker of a version that does not know the request has started it.
 */
export function cancelReason({ cancelRequested, phases }: OperationState): string | null {
  if (cancelRequested === undefined || hasBegun(cancelRequested.noWayBackFrom, phases)) return null;
  return `Cancelled by ${cancelRequested.by}`;
}

/** Asked for again it changes nothing. @throws DomainError where it is too late, and why */
export function requestCancel(request: CancelRequest, state: OperationState): readonly OperationEvent[] {
  const { operationId, status, phases } = state;
  if (status === 'none') throw notFound();
  if (state.kind === 'cleanup') {
    throw refusal('cleanup', `Operation ${operationId} is a cleanup and goes on until the nodes are as they should be`);
  }
  if (status === 'succeeded') throw refusal('ended', `Operation ${operationId} has ended: it is succeeded`);
  if (cancelReason(state) !== null) return [];
  if (status === 'failed') throw refusal('ended', `Operation ${operationId} has ended: it is failed`);
  if (status === 'compensating') {
    throw refusal('undoing', `Operation ${operationId} is being undone already: ${state.reason ?? ''}`);
  }
  const { by, issuer, noWayBackFrom } = request;
  if (hasBegun(noWayBackFrom, phases)) {
    const text = `phase ${noWayBackFrom ?? ''} has begun, from which on there is no way back`;
    throw refusal('no-way-back', `Operation ${operationId} cannot be cancelled: ${text}`);
  }
  const data = noWayBackFrom === undefined ? { by, issuer } : { by, issuer, noWayBackFrom };
  return [{ type: 'OperationCancelRequested', data }];
}

function hasBegun(phase: string | undefined, phases: readonly string[]): boolean {
  return phase !== undefined && phases.includes(phase);
}

function refusal(rule: string, text: string): DomainError {
  return new DomainError('conflict', text, [{ rule, detail: text }]);
}
