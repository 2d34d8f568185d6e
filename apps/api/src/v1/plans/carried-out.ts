import type { OperationKind } from '#domain';
import { plannedPhases, type PlannedPhase } from '#operations';
import type { Change, LaneWait, Queries } from '#read-model';

/** How many operations ahead in its lanes a plan names. */
const MOST_AHEAD = 100;

/** How an operation that is not accepted would be carried out. */
export interface CarriedOut {
  readonly kind: OperationKind;
  readonly clusterId: string;
  readonly phases: readonly PlannedPhase[];
  readonly lanes: readonly Lane[];
}

interface Lane {
  readonly resource: string;
  readonly operations: readonly Omit<LaneWait, 'resource'>[];
}

/** @param changes those that would begin the operation */
export async function carriedOut(queries: Queries, changes: readonly Change[]): Promise<CarriedOut> {
  const begun = changes.find((change): change is Change<'operation'> => change.kind === 'operation');
  const [accepted] = begun?.events ?? [];
  if (accepted?.type !== 'OperationAccepted') throw new Error('these changes begin no operation');
  const { kind, clusterId, resources } = accepted.data;
  const phases = await plannedPhases(changes, queries);
  return { kind, clusterId, phases, lanes: lanesOf(await queries.aheadInLanes(resources, MOST_AHEAD)) };
}

function lanesOf(ahead: readonly LaneWait[]): readonly Lane[] {
  const resources = [...new Set(ahead.map(({ resource }) => resource))].sort();
  return resources.map((resource) => ({
    resource,
    operations: ahead
      .filter((wait) => wait.resource === resource)
      .map(({ operationId, kind, status }) => ({ operationId, kind, status })),
  }));
}
