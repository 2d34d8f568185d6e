import { cancelReason, operationDecider, type OperationEvent, type OperationState } from '#domain';
import { DomainError } from '#kernel';
import type { LedgerTransaction } from '#read-model';
import { WorkflowRegistry } from './workflows/registry.js';

const workflows = new WorkflowRegistry();

export interface CancelOrder {
  readonly operationId: string;
  /** The actor and its issuer. */
  readonly by: string;
  readonly issuer: string;
}

/**
 * Asks for an operation to be given up. One that no worker has started ends here and now, failed, in this very transaction: its
 * worker would find its start refused, and nothing was sent to any node. One that runs turns back at the border of its phase.
 * @returns the operation as it stands with the commit
 * @throws DomainError where it is too late, or there is no such operation
 */
export async function cancelOperation(tx: LedgerTransaction, order: CancelOrder): Promise<OperationState> {
  const { operationId, by, issuer } = order;
  const { state, version } = await tx.load('operation', operationId, { lock: true });
  const request = { type: 'RequestCancel', by, issuer, ...wayBackOf(state) } as const;
  const events: OperationEvent[] = [...operationDecider.decide(request, state)];
  const requested = events.reduce(operationDecider.evolve, state);
  const reason = cancelReason(requested);
  if (requested.status === 'accepted' && reason !== null) {
    await workflows.of(requested.kind).fail(requested, reason, tx, new Set());
    events.push(...operationDecider.decide({ type: 'FailOperation', reason }, requested));
  }
  await tx.append([{ kind: 'operation', id: operationId, expectedVersion: version, events }]);
  return events.reduce(operationDecider.evolve, state);
}

/** @throws DomainError for a kind that only a later version knows */
function wayBackOf({ kind, status, operationId }: OperationState): { readonly noWayBackFrom?: string } {
  if (status === 'none' || status === 'succeeded' || status === 'failed') return {};
  if (!workflows.knows(kind)) {
    throw new DomainError(
      'conflict',
      `Operation ${operationId} is of kind ${kind}, which only a later version can cancel`,
    );
  }
  const { noWayBackFrom } = workflows.of(kind);
  return noWayBackFrom === undefined ? {} : { noWayBackFrom };
}
