import { pendingExpansions, type OperationState, type VolumeState } from '#domain';
import type { Queries } from '#read-model';
import { debtOf } from '../workflows/support/debt.js';

/**
 * The nodes that an operation cannot do without: those that bear the bricks or the device that it is about. Others that its
 * steps may reach can stand in for each other.
 */
export async function neededNodes(queries: Pick<Queries, 'state'>, operationId: string): Promise<string[]> {
  const operation = await queries.state('operation', operationId);
  if (operation === null) return [];
  if (operation.kind === 'cleanup') return nodesOfDebt(operation);
  const { subjectKind, subjectId } = operation;
  switch (subjectKind) {
    case 'node':
      return [subjectId];
    case 'device': {
      const device = await queries.state('device', subjectId);
      return device === null ? [] : [device.nodeId];
    }
    case 'volume': {
      const volume = await queries.state('volume', subjectId);
      return volume === null ? [] : nodesWithBricks(volume, operationId);
    }
  }
}

/** Of an expansion those of the new bricks. */
function nodesWithBricks(volume: VolumeState, operationId: string): string[] {
  const { brickSets } = pendingExpansions(volume).find((pending) => pending.operationId === operationId) ?? volume;
  return [...new Set(brickSets.flat().map(({ nodeId }) => nodeId))];
}

/** Those that bear what is left; what it is about may be gone. */
function nodesOfDebt(cleanup: OperationState): string[] {
  const { bricks, subject } = debtOf(cleanup);
  if (cleanup.subjectKind === 'node') return [cleanup.subjectId];
  if (cleanup.subjectKind === 'device') return typeof subject['nodeId'] === 'string' ? [subject['nodeId']] : [];
  return [...new Set(bricks.map(({ nodeId }) => nodeId))];
}
