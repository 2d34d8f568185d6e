import type { OperationKind, OperationState, StateOf, StreamKind, SubjectKind } from '#domain';
import { bricksInUse } from './support/brick-in-use.js';
import { debtOf, type Debt } from './support/debt.js';
import { releaseBricks } from './support/bricks.js';
import { NodeGoneError } from './support/node-access.js';
import type { LoadState, Phase, Step, Workflow } from './workflow.js';

/**
 * Does on nodes what another operation could not do before it ended, however long they stay away. The steps are those of the
 * other operation, made anew from its own workflow.
 */
export function cleanup(workflowOf: (kind: OperationKind) => Workflow): Workflow {
  return {
    kind: 'cleanup',
    outline: {},
    follows: true,

    async plan(operation, { queries, load }) {
      const debt = debtOf(operation);
      const of = await load('operation', debt.of);
      const then = subjectAsItWas(load, of, debt);
      const phases = await workflowOf(of.kind).plan(of, { queries, load: then });
      const order = debt.way === 'undo' ? [...phases].reverse() : phases;
      return order.map((phase) => owedPhase(phase, debt, of, then)).filter(({ steps }) => steps.length > 0);
    },

    async succeed(operation, tx) {
      const debt = debtOf(operation);
      const bricks = bricksInUse(operation, debt.bricks);
      await tx.lockCluster(operation.clusterId);
      await tx.append(await releaseBricks(tx, [debt.bricks], new Set(bricks.map(({ brickId }) => brickId))));
      if (bricks.length > 0) {
        const { state: of } = await tx.load('operation', debt.of);
        const found = { of, subject: subjectOf<SubjectKind>(debt), cleanupId: operation.operationId, bricks };
        await workflowOf(of.kind).adopt?.(found, tx);
      }
      return null;
    },

    fail: ({ operationId }) => Promise.reject(new Error(`cleanup ${operationId} does not fail, it goes on`)),
  };
}

function owedPhase({ name, steps }: Phase, debt: Debt, of: OperationState, load: LoadState): Phase {
  const owed = steps.filter((step) => debt.steps.includes(step.name));
  return { name, pointOfNoReturn: 'go-on', steps: owed.map((step) => owedStep(step, debt.way, of, load)) };
}

function owedStep(step: Step, way: Debt['way'], operation: OperationState, load: LoadState): Step {
  return {
    name: step.name,
    reach: step.reach,
    everyRun: (step.everyRun ?? false) || step.undoLate !== undefined,
    quietFirst: way === 'undo',
    ensure: async (context) => {
      const then = { ...context, operation, load, fresh: false, late: true };
      try {
        if (way === 'finish') return await step.ensure(then);
        if (step.undoLate !== undefined) return await step.undoLate(then);
        await step.undo(then);
        return null;
      } catch (error) {
        // Whoever deletes a node gives up what is on it.
        if (error instanceof NodeGoneError) return { nodeGone: true };
        throw error;
      }
    },
    undo: () => Promise.reject(new Error('a cleanup is not undone')),
  };
}

/** The ledger has written it, so it is what it was. */
function subjectOf<K extends StreamKind>({ subject }: Debt): StateOf<K> {
  return subject as unknown as StateOf<K>;
}

function subjectAsItWas(load: LoadState, { subjectKind, subjectId }: OperationState, debt: Debt): LoadState {
  return <K extends StreamKind>(kind: K, id: string) =>
    kind === subjectKind && id === subjectId ? Promise.resolve(subjectOf<K>(debt)) : load(kind, id);
}
