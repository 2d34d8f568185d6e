import { evolvers, type OperationState, type StateOf, type StreamKind } from '#domain';
import { fold } from '#kernel';
import type { Change, Queries } from '#read-model';
import { WorkflowRegistry } from '../workflows/registry.js';
import type { LoadState, WorkflowQueries } from '../workflows/workflow.js';
import { usualCommands } from './usual-commands.js';

/** A phase of an operation that has not been accepted, and perhaps never will be. */
export interface PlannedPhase {
  readonly name: string;
  /** Carried out side by side. */
  readonly steps: number;
  /** The name of each step; `*` stands for an id. */
  readonly step: string;
  /** Nodes to which a command that changes anything may be sent. */
  readonly nodeIds: readonly string[];
  /** From here on there is no way back. */
  readonly pointOfNoReturn: boolean;
  /** The programs that a step runs where nothing is in its way, without those that only look. */
  readonly commands: readonly string[];
}

type PlanQueries = WorkflowQueries & Pick<Queries, 'state'>;

/**
 * What would be carried out if these changes were appended: the phases that the operation's own workflow plans.
 * @param changes those that begin an operation
 * @returns nothing where the operation would end as it is accepted
 */
export async function plannedPhases(
  changes: readonly Change[],
  queries: PlanQueries,
): Promise<readonly PlannedPhase[]> {
  const begun = changes.find((change): change is Change<'operation'> => change.kind === 'operation');
  if (begun === undefined) throw new Error('these changes begin no operation');
  const operation: OperationState = fold(evolvers.operation.evolve, evolvers.operation.initial, begun.events);
  if (operation.status !== 'accepted') return [];
  const workflow = new WorkflowRegistry().of(operation.kind);
  const phases = await workflow.plan(operation, { queries, load: loadAfter(changes, queries) });
  return phases.map(({ name, steps, pointOfNoReturn }) => ({
    name,
    steps: steps.length,
    step: workflow.outline[name] ?? name,
    nodeIds: [...new Set(steps.flatMap(({ reach }) => reach))].sort(),
    pointOfNoReturn: pointOfNoReturn !== undefined,
    commands: usualCommands(operation.kind, name),
  }));
}

/** Every object as it would be after the changes. */
function loadAfter(changes: readonly Change[], queries: PlanQueries): LoadState {
  return async <K extends StreamKind>(kind: K, id: string): Promise<StateOf<K>> => {
    const before = (await queries.state(kind, id)) ?? evolvers[kind].initial;
    const change = changes.find((one): one is Change<K> => one.kind === kind && one.id === id);
    return fold(evolvers[kind].evolve, before, change?.events ?? []);
  };
}
