import { acceptOperation } from '#operations';
import { refuse, run, runToEnd, settle } from '#test/operation-runs';
import { OperationWorld, operationId } from '#test/operation-world';
import { expect, it } from 'vitest';

const clusterId = 'c1';

/** Accepts the deletion of a node beside whatever else has been accepted. */
function acceptDeletion(world: OperationWorld, nodeId: string): string {
  const id = `delete ${nodeId}`;
  const request = { operationId: id, kind: 'node-delete', subjectId: nodeId, clusterId, requestedBy: 'admin' } as const;
  world.ledger.given('node', nodeId, { type: 'NodeDeleteAccepted', data: { operationId: id } });
  world.ledger.given('operation', id, ...acceptOperation(request).events);
  return id;
}

it('all nodes of a cluster can be deleted at once: each is detached from those that are still there', async () => {
  const world = new OperationWorld();
  for (const nodeId of ['n1', 'n2', 'n3']) acceptDeletion(world, nodeId);
  await settle(world);
  expect(world.nodes.calls.filter((call) => call.startsWith('detach'))).toEqual([
    'detach n1.storage',
    'detach n2.storage',
  ]);
});

it('a node that is added while all others wait for their deletion becomes their peer until then', async () => {
  const world = new OperationWorld().accept('node-add');
  for (const nodeId of ['n1', 'n2', 'n3']) acceptDeletion(world, nodeId);
  await runToEnd(world);
  expect(world.nodes.calls).toContain('probe n9.storage');
  await settle(world);
  expect([...world.nodes.peers]).toEqual(['n9.storage']);
});

it('a cleanup makes nobody a peer again whose deletion has been asked for since', async () => {
  const world = new OperationWorld().accept('node-delete');
  refuse(world, 'detach', 'Brick(s) with the peer n3 exist in cluster');
  const { fault } = world.nodes;
  world.nodes.fault = (call, when, node) => {
    fault(call, when, node);
    if (when === 'before' && call.startsWith('probe')) throw new Error('not now');
  };
  await runToEnd(world);
  expect(world.ledger.stateOf('operation', operationId).status).toBe('failed');
  world.nodes.fault = () => undefined;
  acceptDeletion(world, 'n3');
  const probes = world.nodes.calls.filter((call) => call.startsWith('probe')).length;
  const { cleanupId = '' } = world.ledger.stateOf('operation', operationId);
  expect(await run(world, { id: cleanupId })).toBe('finished');
  expect(world.nodes.calls.filter((call) => call.startsWith('probe'))).toHaveLength(probes);
  await settle(world);
  expect(world.ledger.stateOf('node', 'n3').status).toBe('deleted');
});
