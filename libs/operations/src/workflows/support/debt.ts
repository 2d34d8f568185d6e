import type { OperationState, StateOf, SubjectKind } from '#domain';
import type { Change } from '#read-model';
import { z } from 'zod';
import type { Step } from '../workflow.js';

/** A brick's reservation, as events have it. */
const brick = z.object({
  brickId: z.string(),
  volumeId: z.string(),
  deviceId: z.string(),
  nodeId: z.string(),
  sizeKiB: z.number(),
  thinPoolKiB: z.number(),
  poolMetadataKiB: z.number(),
  path: z.string(),
});

const debt = z.object({
  /** The operation that it comes from. */
  of: z.string(),
  /** Whether its steps are still to be undone, or still to be finished. */
  way: z.enum(['undo', 'finish']),
  steps: z.array(z.string()),
  /** The state of the operation's subject before its end: a volume that has ended has forgotten its bricks. */
  subject: z.record(z.string(), z.json()),
  /** Reservations that the steps keep. */
  bricks: z.array(brick),
});

/** What an operation has left to be done on nodes. */
export type Debt = z.infer<typeof debt>;

/** @throws Error where the operation is no cleanup */
export function debtOf(cleanup: OperationState): Debt {
  return debt.parse(cleanup.payload);
}

export function owe(of: OperationState, way: Debt['way'], steps: readonly Step[], subject: StateOf<SubjectKind>): Debt {
  return {
    of: of.operationId,
    way,
    steps: steps.map((step) => step.name),
    // States are plain JSON.
    subject: debt.shape.subject.parse(subject),
    bricks: steps.flatMap((step) => (step.brick === undefined ? [] : [step.brick])),
  };
}

/** The first change of a cleanup. It holds what the operation held: nobody else acts on the same things at the same time. */
export function acceptCleanup(operationId: string, of: OperationState, payload: Debt): Change<'operation'> {
  const { subjectKind, subjectId, clusterId, resources } = of;
  const about = { operationId, kind: 'cleanup', subjectKind, subjectId, clusterId, resources } as const;
  const data = { ...about, requestedBy: 'system', payload };
  return { kind: 'operation', id: operationId, expectedVersion: 0, events: [{ type: 'OperationAccepted', data }] };
}
