import { silentLogger } from '#kernel';
import { NodeCommandError, NodeUnreachableError } from '#storage-nodes';
import { outcome, refuse, run, runToEnd, unreachable } from '#test/operation-runs';
import { OperationWorld, operationId } from '#test/operation-world';
import { shownKey } from '#test/strict-nodes';
import { describe, expect, it } from 'vitest';
import { backOffMs } from './settings.js';

describe('the log of the process', () => {
  it('says when an operation runs and how it ended', async () => {
    const lines: object[] = [];
    const write = (level: string) => (fields: object, msg: string) => void lines.push({ level, msg, ...fields });
    const logger = { ...silentLogger, info: write('info'), warn: write('warn') };
    const about = { operationId, kind: 'volume-create', attempt: 1 };
    await run(new OperationWorld().accept('volume-create'), { logger });
    const broken = new OperationWorld().accept('volume-create');
    refuse(broken, 'create');
    await run(broken, { logger });
    expect(lines).toEqual([
      { level: 'info', msg: 'operation runs', ...about },
      { level: 'info', msg: 'operation succeeded', ...about },
      { level: 'info', msg: 'operation runs', ...about },
      { level: 'warn', msg: 'operation failed', ...about, reason: 'as intended' },
    ]);
  });
});

describe('volume-create', () => {
  it('makes bricks, volume and start in phases, and says where the result is', async () => {
    const world = new OperationWorld().accept('volume-create');
    expect(await runToEnd(world)).toEqual(['finished']);
    expect(world.typesOf('operation', operationId)).toEqual([
      'OperationAccepted',
      'OperationStarted',
      'PhaseStarted',
      'StepSucceeded',
      'StepSucceeded',
      'StepSucceeded',
      'PhaseStarted',
      'StepSucceeded',
      'PhaseStarted',
      'StepSucceeded',
      'OperationSucceeded',
    ]);
    expect(outcome(world)).toEqual({ type: 'OperationSucceeded', data: { location: '/volumes/v1' } });
    expect(world.ledger.stateOf('volume', 'v1').status).toBe('active');
    expect(world.nodes.volumes.get('vol')).toMatchObject({ started: true });
  });

  it('records the commands of every step and pins the keys of nodes that were met for the first time', async () => {
    const world = new OperationWorld().accept('volume-create');
    await runToEnd(world);
    const step = world.ledger.eventsOf('operation', operationId).find((event) => event.type === 'StepSucceeded');
    expect(step?.data).toMatchObject({ phase: 'bricks', commands: [{ exitCode: 0 }] });
    expect(world.ledger.stateOf('node', 'n2').hostKey).toEqual(shownKey);
    expect(world.typesOf('node', 'n1').filter((type) => type === 'NodeHostKeyPinned')).toHaveLength(1);
  });

  it('sends nothing to any node before the start of the phase is on record', async () => {
    const world = new OperationWorld().accept('volume-create');
    world.ledger.beforeCommit = (changes) => {
      const types = changes.flatMap((change) => change.events.map((event) => event.type));
      if (types.includes('PhaseStarted')) throw new Error('the database is away');
    };
    expect(await run(world)).toBe('retry');
    expect(world.nodes.calls).toEqual([]);
  });

  it('undoes the newest phase first, and only what was started', async () => {
    const world = new OperationWorld().accept('volume-create');
    refuse(world, 'create', 'volume create: vol: failed: Host n1 is not connected');
    expect(await runToEnd(world)).toEqual(['finished']);
    const undone = world.ledger
      .eventsOf('operation', operationId)
      .flatMap((event) => (event.type === 'StepUndone' ? [event.data.step] : []));
    expect(undone[0]).toBe('volume');
    expect(undone.slice(1).sort()).toEqual(['brick b1', 'brick b2', 'brick b3']);
    expect(world.nodes.calls.some((call) => call.startsWith('start'))).toBe(false);
    const reason = 'volume create: vol: failed: Host n1 is not connected';
    expect(outcome(world)).toEqual({ type: 'OperationFailed', data: { reason } });
    expect(world.nodes.bricks.size).toBe(0);
    expect(world.freeKiB()).toEqual([100_000, 100_000, 100_000]);
    expect(world.ledger.stateOf('volume', 'v1').status).toBe('deleted');
  });

  it("leaves somebody else's volume of the same name alone", async () => {
    const world = new OperationWorld().accept('volume-create');
    world.nodes.volumes.set('vol', { started: true, bricks: ['other:/data'], owner: 'somebody' });
    await runToEnd(world);
    expect(outcome(world)).toMatchObject({ type: 'OperationFailed' });
    expect(world.nodes.volumes.get('vol')).toEqual({ started: true, bricks: ['other:/data'], owner: 'somebody' });
    expect(world.nodes.bricks.size).toBe(0);
  });

  it('fails at once where a node was never reached: there is nothing to wait for', async () => {
    const world = new OperationWorld().accept('volume-create');
    unreachable(world, 'n2', false);
    expect(await runToEnd(world)).toEqual(['finished']);
    expect(outcome(world)).toEqual({ type: 'OperationFailed', data: { reason: 'no route to n2' } });
    expect(world.nodes.calls.filter((call) => call === 'make b2')).toHaveLength(2);
    expect(world.nodes.calls).not.toContain('remove b2');
  });

  it('waits with its end until a node that may have been changed can be cleaned up', async () => {
    const world = new OperationWorld().accept('volume-create');
    unreachable(world, 'n2', true);
    expect(await run(world)).toBe('retry');
    expect(await run(world)).toBe('retry');
    expect(world.ledger.stateOf('operation', operationId).status).toBe('compensating');
    world.nodes.fault = () => undefined;
    expect(await run(world)).toBe('finished');
    expect(outcome(world)).toMatchObject({ type: 'OperationFailed' });
    expect(world.freeKiB()).toEqual([100_000, 100_000, 100_000]);
  });

  it('asks the next node where the first one cannot be reached', async () => {
    const world = new OperationWorld().accept('volume-create');
    world.nodes.fault = (call, when, node) => {
      if (when === 'before' && !call.startsWith('make') && node.nodeId === 'n1') {
        throw new NodeUnreachableError('down', 'n1', false);
      }
    };
    expect(await runToEnd(world)).toEqual(['finished']);
    expect(outcome(world)).toMatchObject({ type: 'OperationSucceeded' });
  });

  it('names the hosts where several nodes give different reasons', async () => {
    const world = new OperationWorld().accept('volume-create');
    world.nodes.fault = (call, when, node) => {
      if (when === 'before' && call.startsWith('make') && node.nodeId !== 'n3') {
        throw new NodeCommandError(`full: ${node.nodeId}`, node.manageHost, call, 1);
      }
    };
    await runToEnd(world);
    const reason = 'Host n1.manage: full: n1\nHost n2.manage: full: n2';
    expect(outcome(world)).toEqual({ type: 'OperationFailed', data: { reason } });
  });
});

describe('past the point of no return', () => {
  it('steps are repeated over several runs', async () => {
    const world = new OperationWorld().accept('volume-delete');
    refuse(world, 'remove b2', 'Logical volume in use');
    expect(await run(world)).toBe('retry');
    world.nodes.fault = () => undefined;
    expect(await run(world)).toBe('finished');
    expect(outcome(world)).toEqual({ type: 'OperationSucceeded', data: { location: null } });
    expect(world.nodes.calls.filter((call) => call === 'remove b1')).toHaveLength(1);
    expect(world.freeKiB()).toEqual([100_000, 100_000, 100_000]);
  });

  it("an operation that cannot be handed over gives up after a number of runs, with the node's words and without undo", async () => {
    const world = new OperationWorld().accept('device-delete');
    refuse(world, 'teardown', 'Logical volume in use');
    expect(await runToEnd(world)).toEqual(['retry', 'retry', 'retry', 'finished']);
    expect(outcome(world)).toEqual({ type: 'OperationFailed', data: { reason: 'Logical volume in use' } });
    expect(world.typesOf('operation', operationId)).not.toContain('CompensationStarted');
    expect(world.ledger.stateOf('device', 'd3').status).toBe('active');
  });

  it('a deletion that Gluster refuses leaves the volume running', async () => {
    const world = new OperationWorld().accept('volume-delete');
    refuse(world, 'delete', 'Cannot delete Volume vol ,as it has 1 snapshots.');
    expect(await runToEnd(world)).toEqual(['finished']);
    const reason = 'Cannot delete Volume vol ,as it has 1 snapshots.';
    expect(outcome(world)).toEqual({ type: 'OperationFailed', data: { reason } });
    expect(world.nodes.volumes.get('vol')?.started).toBe(true);
    expect(world.nodes.bricks.size).toBe(3);
  });
});

it('a rebalance that fails is noted and does not fail the expansion', async () => {
  const world = new OperationWorld().accept('volume-expand');
  refuse(world, 'rebalance', 'not a distribute volume');
  expect(await runToEnd(world)).toEqual(['finished']);
  expect(outcome(world)).toEqual({ type: 'OperationSucceeded', data: { location: '/volumes/v1' } });
  expect(world.ledger.stateOf('operation', operationId).steps['rebalance']?.observed).toEqual({
    started: false,
    reason: 'not a distribute volume',
  });
  expect(world.ledger.stateOf('volume', 'v1')).toMatchObject({ status: 'active', sizeGiB: 2 });
});

it('bricks that are in the volume stay reserved, whatever keeps the expansion from its end', async () => {
  const world = new OperationWorld().accept('volume-expand');
  world.nodes.fault = (call) => {
    if (call.startsWith('rebalance')) throw new Error('a fault of ours');
  };
  await runToEnd(world);
  expect(outcome(world)).toEqual({ type: 'OperationFailed', data: { reason: 'internal error: a fault of ours' } });
  expect(world.nodes.volumes.get('vol')?.bricks).toHaveLength(6);
  expect(world.ledger.stateOf('volume', 'v1')).toMatchObject({ status: 'active', sizeGiB: 2 });
  expect(world.freeKiB()).toEqual([97_980, 97_980, 97_980]);
});

it('an operation whose subject was taken away meanwhile fails instead of being tried for ever', async () => {
  const world = new OperationWorld().accept('device-resync');
  world.ledger.given('device', 'd1', {
    type: 'DeviceDeleteAccepted',
    data: { operationId: 'other', forceForget: false },
  });
  expect(await runToEnd(world)).toEqual(['finished']);
  expect(outcome(world)).toMatchObject({ type: 'OperationFailed' });
  expect(world.ledger.stateOf('device', 'd1').status).toBe('deleting');
});

it('a node that cannot be detached stays, and stays a peer', async () => {
  const world = new OperationWorld().accept('node-delete');
  refuse(world, 'detach', 'Brick(s) with the peer n3 exist in cluster');
  await runToEnd(world);
  const reason = 'Brick(s) with the peer n3 exist in cluster';
  expect(outcome(world)).toEqual({ type: 'OperationFailed', data: { reason } });
  expect(world.ledger.stateOf('node', 'n3').status).toBe('active');
  expect(world.nodes.peers).toContain('n3.storage');
});

it('a node that leaves no longer carries the id of the installation', async () => {
  const world = new OperationWorld().accept('node-delete');
  await runToEnd(world);
  expect(outcome(world)).toMatchObject({ type: 'OperationSucceeded' });
  expect([...world.nodes.marks]).toEqual(['n1', 'n2']);
});

it.each([true, false])('a node that is gone (command sent: %s) can be deleted all the same', async (sent) => {
  const world = new OperationWorld().accept('node-delete');
  unreachable(world, 'n3', sent);
  await runToEnd(world);
  expect(outcome(world)).toMatchObject({ type: 'OperationSucceeded' });
  expect(world.ledger.stateOf('node', 'n3').status).toBe('deleted');
  const { observed } = world.ledger.stateOf('operation', operationId).steps['forget'] ?? {};
  expect(observed).toEqual({ forgotten: false, reason: 'no route to n3' });
});

it('a node whose addition fails does not stay marked as ours', async () => {
  const world = new OperationWorld().accept('node-add');
  refuse(world, 'probe n9');
  await runToEnd(world);
  expect(outcome(world)).toMatchObject({ type: 'OperationFailed' });
  expect(world.nodes.calls).toContain('forget n9');
  expect([...world.nodes.marks]).toEqual(['n1', 'n2', 'n3']);
});

it('a device is forgotten where its node does not let it go, if that was asked for', async () => {
  const world = new OperationWorld().accept('device-delete', { forceForget: true });
  unreachable(world, 'n3', true);
  expect(await runToEnd(world)).toEqual(['finished']);
  expect(world.ledger.stateOf('device', 'd3').status).toBe('deleted');
});

describe('leases', () => {
  it('an operation whose resource is held by another has to wait', async () => {
    const world = new OperationWorld().accept('volume-create');
    await world.leases.claim(['volume/v1'], 'another');
    expect(await run(world)).toBe('busy');
    expect(world.nodes.calls).toEqual([]);
  });

  it('nothing more is run or written once the lease is lost', async () => {
    const world = new OperationWorld().accept('volume-create');
    world.nodes.fault = (call, when) => {
      if (call === 'create vol' && when === 'after') world.leases.steal();
    };
    expect(await run(world)).toBe('interrupted');
    expect(world.nodes.calls.at(-1)).toBe('create vol');
    expect(world.ledger.stateOf('operation', operationId).steps['volume']?.status).toBe('started');
    world.nodes.fault = () => undefined;
    expect(await run(world, { worker: 'heir' })).toBe('finished');
    expect(outcome(world)).toMatchObject({ type: 'OperationSucceeded' });
  });

  it('are given back when the worker stops, at a boundary of a step', async () => {
    const world = new OperationWorld().accept('volume-create');
    const stopping = new AbortController();
    world.nodes.fault = (call) => {
      if (call === 'make b1') stopping.abort();
    };
    expect(await run(world, { worker: 'leaver', soon: stopping.signal })).toBe('interrupted');
    expect(world.nodes.calls.sort()).toEqual(['make b1', 'make b2', 'make b3']);
    expect(world.ledger.stateOf('operation', operationId).steps['brick b3']?.status).toBe('succeeded');
    expect(await run(world, { worker: 'heir' })).toBe('finished');
    expect(outcome(world)).toMatchObject({ type: 'OperationSucceeded' });
  });
});

it('pauses double up to their limit', () => {
  expect([2, 3, 4, 9].map((next) => backOffMs(next, 100, 1000))).toEqual([100, 200, 400, 1000]);
});
