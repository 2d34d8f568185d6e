import type { OperationEvent } from '#domain';
import { silentLogger, systemClock, type Clock, type Logger } from '#kernel';
import { NodeCommandError, NodeUnreachableError } from '#storage-nodes';
import { OperationRunner, type RunOutcome } from '../../libs/operations/src/run/operation-runner.js';
import type { RunnerSettings } from '../../libs/operations/src/run/settings.js';
import { WorkflowRegistry } from '../../libs/operations/src/workflows/registry.js';
import { operationId, type OperationWorld } from './operation-world.js';

const settings: RunnerSettings = {
  leaseTtlMs: 60_000,
  stepTries: 2,
  stepRetryMs: 1,
  maxFailedRuns: 4,
  retryMs: 1,
  retryLimitMs: 5,
  quietMs: 60_000,
};
/** A signal that never fires. */
export const never = new AbortController().signal;

interface RunOptions {
  /** Default: the one that the world has accepted. */
  readonly id?: string;
  readonly worker?: string;
  readonly soon?: AbortSignal;
  readonly now?: AbortSignal;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly settings?: Partial<RunnerSettings>;
}

/** One run by a worker that has never seen the operation. */
export async function run(world: OperationWorld, options: RunOptions = {}): Promise<RunOutcome> {
  const { worker = 'w', soon = never, now = never, logger = silentLogger, clock = systemClock } = options;
  const { ledger, leases, nodes } = world;
  const runner = new OperationRunner({
    ledger,
    queries: ledger,
    nodes,
    leases,
    workflows: new WorkflowRegistry(),
    logger,
    clock,
    settings: { ...settings, ...options.settings },
    worker,
  });
  return (await runner.run(options.id ?? operationId, { soon, now })).outcome;
}

/** Runs until there is nothing more to do, as the queue and the reconciler see to it. */
export async function runToEnd(world: OperationWorld): Promise<RunOutcome[]> {
  const outcomes: RunOutcome[] = [];
  do outcomes.push(await run(world, { worker: `w${outcomes.length}` }));
  while (outcomes.at(-1) !== 'finished' && outcomes.length < 20);
  return outcomes;
}

/** Runs everything that has not ended, cleanups too, in turns, until all has. @throws where that takes too long */
export async function settle(world: OperationWorld, options: RunOptions = {}): Promise<void> {
  for (let round = 0; round < 40; round += 1) {
    const open = await world.ledger.unfinishedOperations(10);
    if (open.length === 0) return;
    for (const { operationId: id } of open) await run(world, { worker: `settler${round}`, ...options, id });
  }
  throw new Error('the operations do not come to an end');
}

/** The node says no to every call that begins like this. */
export function refuse(world: OperationWorld, prefix: string, text = 'as intended'): void {
  world.nodes.fault = (call, when, node) => {
    if (when === 'before' && call.startsWith(prefix)) throw new NodeCommandError(text, node.manageHost, call, 1);
  };
}

/** No call gets to the node; `sent`: nobody knows whether it did. */
export function unreachable(world: OperationWorld, nodeId: string, sent: boolean): void {
  world.nodes.fault = (_call, when, node) => {
    if (when === 'before' && node.nodeId === nodeId)
      throw new NodeUnreachableError(`no route to ${nodeId}`, nodeId, sent);
  };
}

/** The last event of the operation. */
export function outcome(world: OperationWorld): OperationEvent | undefined {
  return world.ledger.eventsOf('operation', operationId).at(-1);
}
