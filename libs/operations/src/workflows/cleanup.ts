import type { OperationKind, OperationState, StateOf, StreamKind } from '#domain';
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
      await tx.lockCluster(operation.clusterId);
      await tx.append(await releaseBricks(tx, [debtOf(operation).bricks]));
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
    everyRun: step.everyRun ?? false,
    quietFirst: way === 'undo',
    ensure: async (context) => {
      const then = { ...context, operation, load, fresh: false, late: true };
      try {
        if (way === 'finish') return await step.ensure(then);
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

function subjectAsItWas(load: LoadState, { subjectKind, subjectId }: OperationState, { subject }: Debt): LoadState {
  return <K extends StreamKind>(kind: K, id: string) =>
    kind === subjectKind && id === subjectId ? Promise.resolve(subject as unknown as StateOf<K>) : load(kind, id);
}
