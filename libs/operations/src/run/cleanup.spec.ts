import type { OperationState } from '#domain';
import { NodeUnreachableError } from '#storage-nodes';
import { outcome, refuse, run, runToEnd, settle } from '#test/operation-runs';
import { OperationWorld, operationId } from '#test/operation-world';
import { describe, expect, it } from 'vitest';

/** The node goes down when this call is about to be made, wherever that is, and stays down. */
function goDown(world: OperationWorld, nodeId: string, atCall: string): void {
  let down = false;
  world.nodes.fault = (call, _when, node) => {
    down ||= call === atCall;
    if (down && node.nodeId === nodeId) throw new NodeUnreachableError(`no route to ${nodeId}`, nodeId, false);
  };
}

const back = (world: OperationWorld): void => void (world.nodes.fault = () => undefined);

function cleanupOf(world: OperationWorld): OperationState {
  const { cleanupId } = world.ledger.stateOf('operation', operationId);
  return world.ledger.stateOf('operation', cleanupId ?? '');
}

const FULL = 100_000;
const BRICK = 1010;

describe('a create whose node goes down for good', () => {
  const begin = async (): Promise<OperationWorld> => {
    const world = new OperationWorld().accept('volume-create');
    goDown(world, 'n2', 'create vol');
    refuseToo(world, 'create', 'Host n2 is not connected');
    await runToEnd(world);
    return world;
  };

  it("fails with the node's words, names the node that is away, and says who does the rest", async () => {
    const world = await begin();
    const { cleanupId } = world.ledger.stateOf('operation', operationId);
    const rest = `What is left on the nodes is removed when they let it (operation ${cleanupId})`;
    const away = 'no route to n2\nTo place bricks elsewhere meanwhile: heketi-cli node disable n2';
    const reason = `Host n2 is not connected\n${away}\n${rest}`;
    expect(outcome(world)).toEqual({ type: 'OperationFailed', data: { reason, cleanupId } });
    expect(world.ledger.stateOf('volume', 'v1').status).toBe('deleted');
  });

  it('gives back at once what is clean, and keeps the space of the rest until that is clean too', async () => {
    const world = await begin();
    expect([...world.nodes.bricks]).toEqual(['b2']);
    expect(world.freeKiB()).toEqual([FULL, FULL - BRICK, FULL]);
    expect(await run(world, { id: cleanupOf(world).operationId })).toBe('retry');
    back(world);
    await settle(world);
    expect(cleanupOf(world).status).toBe('succeeded');
    expect(world.nodes.bricks.size).toBe(0);
    expect(world.freeKiB()).toEqual([FULL, FULL, FULL]);
  });

  it('leaves a cleanup that holds the same resources and belongs to nobody who can ask', async () => {
    const world = await begin();
    const { kind, requestedBy, resources, subjectId, payload } = cleanupOf(world);
    expect({ kind, requestedBy, resources, subjectId }).toEqual({
      kind: 'cleanup',
      requestedBy: 'system',
      resources: ['volume/v1'],
      subjectId: 'v1',
    });
    expect(payload).toMatchObject({ of: operationId, way: 'undo', steps: ['brick b2'], bricks: [{ brickId: 'b2' }] });
  });
});

it('bricks stay whole as long as Gluster may still have the volume over them', async () => {
  const world = new OperationWorld().accept('volume-create');
  refuse(world, 'start', 'no');
  refuseToo(world, 'delete', 'Some of the peers are down');
  await runToEnd(world);
  expect(outcome(world)).toMatchObject({ type: 'OperationFailed' });
  expect(cleanupOf(world).payload).toMatchObject({ steps: ['brick b1', 'brick b2', 'brick b3', 'volume'] });
  expect(world.freeKiB()).toEqual([FULL - BRICK, FULL - BRICK, FULL - BRICK]);
  back(world);
  await settle(world);
  expect(world.nodes.contents()).toMatchObject({ bricks: [], volumes: {} });
  expect(world.freeKiB()).toEqual([FULL, FULL, FULL]);
});

describe('a delete', () => {
  it('whose node goes down past the point of no return succeeds, and its brick is removed later', async () => {
    const world = new OperationWorld().accept('volume-delete');
    goDown(world, 'n2', 'remove b2');
    expect(await runToEnd(world)).toEqual(['retry', 'retry', 'retry', 'finished']);
    expect(outcome(world)).toMatchObject({ type: 'OperationSucceeded', data: { location: null } });
    expect(world.ledger.stateOf('volume', 'v1').status).toBe('deleted');
    expect(world.freeKiB()).toEqual([FULL, FULL - BRICK, FULL]);
    back(world);
    await settle(world);
    expect(world.nodes.bricks.size).toBe(0);
    expect(world.freeKiB()).toEqual([FULL, FULL, FULL]);
  });

  it('that cannot even be undone ends, and the volume is started again later', async () => {
    const world = new OperationWorld().accept('volume-delete');
    refuse(world, 'delete', 'it has 1 snapshots');
    refuseToo(world, 'start', 'quorum is not met');
    await runToEnd(world);
    expect(outcome(world)).toMatchObject({ type: 'OperationFailed' });
    expect(world.ledger.stateOf('volume', 'v1').status).toBe('active');
    back(world);
    await settle(world);
    expect(world.nodes.volumes.get('vol')?.started).toBe(true);
    expect(world.freeKiB()).toEqual([FULL - BRICK, FULL - BRICK, FULL - BRICK]);
  });

  it("does not start somebody else's volume that has got the name since", async () => {
    const world = new OperationWorld().accept('volume-delete');
    refuse(world, 'delete', 'it has 1 snapshots');
    refuseToo(world, 'start', 'quorum is not met');
    await runToEnd(world);
    back(world);
    world.nodes.volumes.set('vol', { started: false, bricks: [], owner: 'another' });
    await settle(world);
    expect(world.nodes.volumes.get('vol')?.started).toBe(false);
  });
});

/** Its glusterd is set up anew: it has no peers, and knows of nothing. */
function forgetVolumesOn(world: OperationWorld, nodeId: string): void {
  const { nodes } = world;
  const ask = nodes.volumeInfo.bind(nodes);
  nodes.peers.delete(`${nodeId}.storage`);
  nodes.volumeInfo = (via, name, call) => (via.nodeId === nodeId ? Promise.resolve(null) : ask(via, name, call));
  const blind = <R>(via: { nodeId: string }, work: () => Promise<R>, nothing: R): Promise<R> =>
    via.nodeId === nodeId ? Promise.resolve(nothing) : work();
  const { removeVolume, removeBricksFromVolume } = nodes;
  nodes.removeVolume = (via, ...rest) => blind(via, () => removeVolume.call(nodes, via, ...rest), undefined);
  nodes.removeBricksFromVolume = (via, ...rest) =>
    blind(via, () => removeBricksFromVolume.call(nodes, via, ...rest), undefined);
}

it('a create is undone where Gluster has the volume, whatever a node says that was detached behind our back', async () => {
  const world = new OperationWorld().accept('volume-create');
  refuse(world, 'start', 'no');
  const { fault } = world.nodes;
  world.nodes.fault = (call, when, node) => {
    if (call === 'start vol' && when === 'before') forgetVolumesOn(world, 'n1');
    fault(call, when, node);
  };
  await runToEnd(world);
  expect(world.nodes.volumes.size).toBe(0);
  expect(world.nodes.bricks.size).toBe(0);
});

it('an expansion whose bricks cannot be removed fails; the volume stays as it was', async () => {
  const world = new OperationWorld().accept('volume-expand');
  goDown(world, 'n2', 'add-brick vol');
  refuseToo(world, 'add-brick', 'Host n2 is not connected');
  await runToEnd(world);
  expect(world.ledger.stateOf('volume', 'v1')).toMatchObject({ status: 'active', sizeGiB: 1, expansion: null });
  expect(world.freeKiB()).toEqual([FULL - BRICK, FULL - 2 * BRICK, FULL - BRICK]);
  back(world);
  await settle(world);
  expect([...world.nodes.bricks].sort()).toEqual(['b1', 'b2', 'b3']);
  expect(world.freeKiB()).toEqual([FULL - BRICK, FULL - BRICK, FULL - BRICK]);
});

describe('bricks of an expansion that failed and could not be undone', () => {
  const failToExpand = async (): Promise<OperationWorld> => {
    const world = new OperationWorld().accept('volume-expand');
    world.nodes.fault = (call, when, node) => {
      if (call !== 'add-brick vol' || when !== 'after') return;
      refuse(world, 'add-brick', 'not now');
      refuseToo(world, 'remove-brick', 'not now either');
      throw new NodeUnreachableError('connection lost', node.nodeId, true);
    };
    await runToEnd(world);
    expect(outcome(world)).toMatchObject({ type: 'OperationFailed' });
    expect(world.ledger.stateOf('volume', 'v1')).toMatchObject({ status: 'active', sizeGiB: 1 });
    back(world);
    return world;
  };

  it('belong to the volume where they are in it: data may be on them by then', async () => {
    const world = await failToExpand();
    await settle(world);
    expect(cleanupOf(world).status).toBe('succeeded');
    expect(world.nodes.volumes.get('vol')?.bricks).toHaveLength(6);
    expect(world.nodes.bricks.size).toBe(6);
    const { status, sizeGiB, brickSets } = world.ledger.stateOf('volume', 'v1');
    expect({ status, sizeGiB, sets: brickSets.length }).toEqual({ status: 'active', sizeGiB: 2, sets: 2 });
    expect(world.freeKiB()).toEqual([FULL - 2 * BRICK, FULL - 2 * BRICK, FULL - 2 * BRICK]);
  });

  it('are not taken for free on the word of a node that was detached behind our back', async () => {
    const world = await failToExpand();
    forgetVolumesOn(world, 'n1');
    await settle(world);
    expect(world.nodes.volumes.get('vol')?.bricks).toHaveLength(6);
    expect(world.ledger.stateOf('volume', 'v1')).toMatchObject({ status: 'active', sizeGiB: 2 });
  });

  it('wait for a deletion of the volume that has been accepted since, and are removed then', async () => {
    const world = await failToExpand();
    world.ledger.given('volume', 'v1', { type: 'VolumeDeleteAccepted', data: { operationId: 'later' } });
    const { operationId: id } = cleanupOf(world);
    expect(await run(world, { id })).toBe('retry');
    world.ledger.given('volume', 'v1', { type: 'VolumeDeleted', data: { operationId: 'later' } });
    world.nodes.volumes.delete('vol');
    for (const brick of ['b1', 'b2', 'b3']) world.nodes.bricks.delete(brick);
    await settle(world);
    expect(world.nodes.bricks.size).toBe(0);
    expect(world.freeKiB()).toEqual([FULL - BRICK, FULL - BRICK, FULL - BRICK]);
  });
});

describe('a device', () => {
  it('whose set-up can be neither finished nor undone is not there; its group is removed later', async () => {
    const world = new OperationWorld().accept('device-add');
    world.nodes.fault = (call, when) => {
      if (call === 'setup d9' && when === 'after') goDown(world, 'n1', call);
      if (call === 'setup d9' && when === 'after') throw new NodeUnreachableError('connection lost', 'n1', true);
    };
    await runToEnd(world);
    expect(world.ledger.stateOf('device', 'd9').status).toBe('deleted');
    expect(world.nodes.devices).toContain('d9');
    back(world);
    await settle(world);
    expect(world.nodes.devices).not.toContain('d9');
  });

  it('that is forgotten by force while its node is away is torn down when the node is back', async () => {
    const world = new OperationWorld().accept('device-delete', { forceForget: true });
    goDown(world, 'n3', 'teardown d3');
    expect(await runToEnd(world)).toEqual(['finished']);
    expect(world.ledger.stateOf('device', 'd3').status).toBe('deleted');
    back(world);
    await settle(world);
    expect(world.nodes.devices).not.toContain('d3');
  });

  it('whose node was deleted meanwhile is nobody’s any more', async () => {
    const world = new OperationWorld().accept('device-delete', { forceForget: true });
    goDown(world, 'n3', 'teardown d3');
    await runToEnd(world);
    world.ledger.given('node', 'n3', { type: 'NodeDeleteAccepted', data: { operationId: 'later' } });
    world.ledger.given('node', 'n3', { type: 'NodeDeleted', data: { operationId: 'later' } });
    await settle(world);
    expect(cleanupOf(world)).toMatchObject({
      status: 'succeeded',
      steps: { device: { observed: { nodeGone: true } } },
    });
  });
});

describe('a node', () => {
  const failToAdd = async (): Promise<OperationWorld> => {
    const world = new OperationWorld().accept('node-add');
    world.nodes.fault = (call, when, node) => {
      if (call !== 'probe n9.storage' || when !== 'after') return;
      refuse(world, 'probe', 'not connected');
      refuseToo(world, 'detach', 'One of the peers is probably down');
      throw new NodeUnreachableError('connection lost', node.nodeId, true);
    };
    await runToEnd(world);
    expect(outcome(world)).toMatchObject({ type: 'OperationFailed' });
    expect(cleanupOf(world).status).toBe('accepted');
    expect(world.nodes.peers).toContain('n9.storage');
    back(world);
    return world;
  };

  it('that can be neither added nor detached is not there; it is detached later', async () => {
    const world = await failToAdd();
    await settle(world);
    expect(world.nodes.peers).not.toContain('n9.storage');
  });

  it('that was added again meanwhile is neither detached nor unmarked', async () => {
    const world = await failToAdd();
    const hostnames = { manageHostnames: ['n9.manage'], storageHostnames: ['n9.storage'] };
    const again = { nodeId: 'n10', clusterId: 'c1', zone: 1, ...hostnames, tags: {}, operationId: 'again' };
    world.ledger.given('node', 'n10', { type: 'NodeAddAccepted', data: again });
    world.ledger.given('node', 'n10', { type: 'NodeAdded', data: { operationId: 'again' } });
    await settle(world);
    expect(cleanupOf(world).status).toBe('succeeded');
    expect(world.nodes.peers).toContain('n9.storage');
    expect(world.nodes.calls.filter((call) => call.startsWith('forget'))).toEqual([]);
  });

  it('that can be neither deleted nor made a peer again stays; it is made a peer later', async () => {
    const world = new OperationWorld().accept('node-delete');
    world.nodes.fault = (call, when, node) => {
      if (call === 'detach n3.storage' && when === 'after') {
        refuse(world, 'detach', 'no');
        refuseToo(world, 'probe', 'not now');
        throw new NodeUnreachableError('connection lost', node.nodeId, true);
      }
    };
    await runToEnd(world);
    expect(world.ledger.stateOf('node', 'n3').status).toBe('active');
    expect(world.nodes.peers).not.toContain('n3.storage');
    back(world);
    await settle(world);
    expect(world.nodes.peers).toContain('n3.storage');
  });
});

describe('a cleanup', () => {
  it('that gets nowhere many times over puts no more on record, until it gets somewhere', async () => {
    const world = new OperationWorld().accept('volume-delete');
    goDown(world, 'n2', 'remove b2');
    await runToEnd(world);
    const { operationId: id } = cleanupOf(world);
    for (let runs = 0; runs < 6; runs += 1) expect(await run(world, { id })).toBe('retry');
    const soFar = world.typesOf('operation', id).length;
    for (let runs = 0; runs < 20; runs += 1) expect(await run(world, { id })).toBe('retry');
    expect(world.typesOf('operation', id)).toHaveLength(soFar);
    back(world);
    expect(await run(world, { id })).toBe('finished');
    expect(world.typesOf('operation', id).slice(soFar)).toEqual([
      'OperationStarted',
      'StepSucceeded',
      'OperationSucceeded',
    ]);
  });

  it('takes nodes over already in its first run: it follows the runs of another', async () => {
    const world = new OperationWorld().accept('volume-delete');
    goDown(world, 'n2', 'remove b2');
    await runToEnd(world);
    back(world);
    world.nodes.calls.length = 0;
    await settle(world);
    expect(world.nodes.calls).toEqual(['take over n2', 'remove b2']);
  });
});

/** As refuse, on top of what fails already. */
function refuseToo(world: OperationWorld, prefix: string, text: string): void {
  const already = world.nodes.fault;
  refuse(world, prefix, text);
  const more = world.nodes.fault;
  world.nodes.fault = (call, when, node) => {
    already(call, when, node);
    more(call, when, node);
  };
}
