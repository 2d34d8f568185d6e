import type { OperationEvent } from '#domain';
import { NodeCommandError, NodeUnreachableError, type NodeAddress } from '#storage-nodes';
import { never, outcome, refuse, run, runToEnd } from '#test/operation-runs';
import { OperationWorld, operationId } from '#test/operation-world';
import { Linger } from '#test/strict-nodes';
import { describe, expect, it } from 'vitest';

const eventsOf = (world: OperationWorld): readonly OperationEvent[] => world.ledger.eventsOf('operation', operationId);
const started = (world: OperationWorld): readonly OperationEvent[] =>
  eventsOf(world).filter(({ type }) => type === 'OperationStarted');
const addressOf = (nodeId: string): NodeAddress => ({
  nodeId,
  manageHost: `${nodeId}.manage`,
  storageHost: `${nodeId}.storage`,
  hostKey: null,
});

/** The worker dies at this call: it writes nothing any more. */
async function dieAt(world: OperationWorld, call: string): Promise<void> {
  world.nodes.fault = (name) => {
    if (name === call) world.leases.steal();
  };
  expect(await run(world)).toBe('interrupted');
  world.nodes.fault = () => undefined;
}

/** The connection to the node breaks at this call, which runs on, and the node cannot be reached any more. */
async function loseAt(world: OperationWorld, call: string, nodeId: string): Promise<void> {
  world.nodes.fault = (name) => {
    if (name === call) throw new Linger();
  };
  expect(await run(world)).toBe('retry');
  world.nodes.fault = (_name, _when, node) => {
    if (node.nodeId === nodeId) throw new NodeUnreachableError(`no route to ${nodeId}`, nodeId, false);
  };
}

describe('a worker whose right has run out', () => {
  it('is refused by the node, stops, and writes nothing of it', async () => {
    const world = new OperationWorld().accept('volume-create');
    const heir = { fence: { epochs: { 'volume/v1': 99 } }, signal: never, onCommand: () => undefined };
    await world.nodes.takeOver(addressOf('n1'), heir);
    expect(await run(world)).toBe('interrupted');
    const { steps, status } = world.ledger.stateOf('operation', operationId);
    expect(status).toBe('running');
    expect(steps['brick b1']?.status).toBe('started');
    expect(world.nodes.bricks).not.toContain('b1');
  });

  it('sends nothing after it was frozen for longer than its lease, although no timer has fired yet', async () => {
    const world = new OperationWorld().accept('volume-create');
    world.nodes.fault = (call, when) => {
      if (call !== 'create vol' || when === 'before') return;
      const wakeAt = performance.now() + 300;
      while (performance.now() < wakeAt);
    };
    expect(await run(world, { settings: { leaseTtlMs: 290 } })).toBe('interrupted');
    expect(world.nodes.calls.at(-1)).toBe('create vol');
  });

  it('gives its leases back also where it is cut off, and leaves on record what it ran', async () => {
    const world = new OperationWorld().accept('volume-delete');
    const stop = new AbortController();
    world.nodes.fault = (call, when) => {
      if (call === 'info vol' && when === 'after') stop.abort();
    };
    expect(await run(world, { now: stop.signal })).toBe('interrupted');
    expect(outcome(world)).toMatchObject({ type: 'StepFailed', data: { commands: [{ command: 'info vol' }] } });
    expect(outcome(world)?.data).not.toHaveProperty('failedRuns');
    world.nodes.fault = () => undefined;
    expect(await run(world, { worker: 'heir' })).toBe('finished');
    expect(outcome(world)).toMatchObject({ type: 'OperationSucceeded' });
  });
});

describe('a worker that goes on with the work of another', () => {
  it('takes the nodes over that it may have used, before anything else', async () => {
    const world = new OperationWorld().accept('volume-create');
    await dieAt(world, 'make b2');
    world.nodes.calls.length = 0;
    expect(await run(world)).toBe('finished');
    expect(world.nodes.calls.slice(0, 3).sort()).toEqual(['take over n1', 'take over n2', 'take over n3']);
  });

  it('leaves alone a node that no step has reached yet', async () => {
    const world = new OperationWorld().accept('device-add');
    await dieAt(world, 'setup d9');
    await run(world);
    expect(world.nodes.calls).toContain('take over n1');
    expect(world.nodes.calls).not.toContain('take over n2');
  });

  it('takes nothing over where nobody was before', async () => {
    const world = new OperationWorld().accept('volume-create');
    await runToEnd(world);
    expect(world.nodes.calls.filter((call) => call.startsWith('take over'))).toEqual([]);
  });
});

describe('a command whose end nobody has seen', () => {
  it('is not repeated by the run that sent it, and ended before the next one repeats it', async () => {
    const world = new OperationWorld().accept('volume-create');
    await loseAt(world, 'create vol', 'none');
    expect(world.nodes.calls.filter((call) => call === 'create vol')).toHaveLength(1);
    expect(world.ledger.stateOf('operation', operationId).status).toBe('running');
    world.nodes.fault = (call) => {
      if (call === 'create vol') world.nodes.letGo();
    };
    expect(await run(world)).toBe('finished');
    expect(outcome(world)).toMatchObject({ type: 'OperationSucceeded' });
  });

  it('keeps the run that sent it from undoing', async () => {
    const world = new OperationWorld().accept('volume-create');
    world.nodes.fault = (call, when, node) => {
      if (when === 'after') return;
      if (call === 'make b1') throw new Linger();
      if (call === 'make b2') throw new NodeCommandError('full', node.nodeId, call, 5);
    };
    expect(await run(world)).toBe('retry');
    expect(world.ledger.stateOf('operation', operationId).status).toBe('compensating');
    expect(world.nodes.calls.some((call) => call.startsWith('remove'))).toBe(false);
    world.nodes.fault = (call) => {
      if (call.startsWith('remove')) world.nodes.letGo();
    };
    expect(await run(world)).toBe('finished');
    expect(world.nodes.bricks.size).toBe(0);
  });

  it('on a node out of reach keeps its phase from being undone, until it cannot run any more', async () => {
    const world = new OperationWorld().accept('volume-create');
    await loseAt(world, 'create vol', 'n1');
    const away = world.nodes.fault;
    world.nodes.fault = (call, when, node) => {
      away(call, when, node);
      if (call === 'create vol') throw new NodeCommandError('Host n1 is not connected', node.nodeId, call, 1);
    };
    world.nodes.calls.length = 0;
    const at = (minutes: number) => ({
      clock: { now: () => new Date(minutes * 60_000) },
      settings: { maxFailedRuns: 10 },
    });
    expect(await run(world, at(0))).toBe('retry');
    expect(outcome(world)).toMatchObject({ type: 'StepUndoFailed', data: { reason: 'no route to n1' } });
    expect(started(world).at(-1)?.data).toMatchObject({ outOfReach: { n1: new Date(0).toISOString() } });
    expect(world.nodes.calls.some((call) => /^(stop|delete|remove)/.test(call))).toBe(false);
    expect(await run(world, at(0.9))).toBe('retry');
    expect(world.nodes.calls.some((call) => /^(stop|delete|remove)/.test(call))).toBe(false);
    expect(await run(world, at(1.1))).toBe('retry');
    const { steps, outOfReach } = world.ledger.stateOf('operation', operationId);
    expect(outOfReach).toEqual({ n1: new Date(0).toISOString() });
    expect(Object.entries(steps).flatMap(([name, step]) => (step.status === 'undone' ? [name] : []))).toEqual([
      'brick b2',
      'brick b3',
      'volume',
    ]);
    world.nodes.fault = () => undefined;
    expect(await run(world)).toBe('finished');
    expect(world.ledger.stateOf('operation', operationId).outOfReach).toEqual({});
    expect(world.nodes.bricks.size).toBe(0);
  });
});

it('runs that were cut off do not count as failures', async () => {
  const world = new OperationWorld().accept('volume-delete');
  for (let death = 0; death < 10; death += 1) await dieAt(world, 'remove b1');
  refuse(world, 'remove b2', 'Logical volume in use');
  expect(await runToEnd(world)).toEqual(['retry', 'retry', 'retry', 'finished']);
});
