import type { RequestedKind } from '#domain';
import { NodeUnreachableError } from '#storage-nodes';
import { runToEnd } from '#test/operation-runs';
import { brickOn, OperationWorld, operationId } from '#test/operation-world';
import { describe, expect, it } from 'vitest';
import { neededNodes } from './needed-nodes.js';

describe('the nodes that an operation cannot do without', () => {
  it.each<[RequestedKind, string[]]>([
    ['volume-create', ['n1', 'n2', 'n3']],
    ['volume-delete', ['n1', 'n2', 'n3']],
    ['device-add', ['n1']],
    ['device-delete', ['n3']],
    ['node-add', ['n9']],
    ['node-delete', ['n3']],
  ])('%s: %j', async (kind, expected) => {
    expect(await neededNodes(new OperationWorld().accept(kind).ledger, operationId)).toEqual(expected);
  });

  it('are those of the new bricks where a volume is expanded', async () => {
    const { ledger } = new OperationWorld().accept('volume-expand');
    const data = { operationId: 'op2', addGiB: 1, brickSets: [[brickOn(2, 'b7')]] };
    ledger.given('volume', 'v1', { type: 'VolumeExpandAccepted', data });
    const about = { kind: 'volume-expand', subjectKind: 'volume', subjectId: 'v1', clusterId: 'c1' } as const;
    const accepted = { ...about, operationId: 'op2', resources: ['volume/v1'], requestedBy: 'admin', payload: {} };
    ledger.given('operation', 'op2', { type: 'OperationAccepted', data: accepted });
    expect(await neededNodes(ledger, 'op2')).toEqual(['n2']);
    expect(await neededNodes(ledger, operationId)).toEqual(['n1', 'n2', 'n3']);
  });

  it('are those with something left where it is cleaned up, also of a volume that is gone', async () => {
    const world = new OperationWorld().accept('volume-create');
    world.nodes.fault = (_call, _when, node) => {
      if (node.nodeId === 'n2') throw new NodeUnreachableError('connection lost', 'n2', true);
    };
    await runToEnd(world);
    const { cleanupId = '' } = world.ledger.stateOf('operation', operationId);
    expect(await neededNodes(world.ledger, cleanupId)).toEqual(['n2']);
  });

  it('are none of an operation that nobody knows', async () => {
    expect(await neededNodes(new OperationWorld().ledger, 'nobody')).toEqual([]);
  });
});
