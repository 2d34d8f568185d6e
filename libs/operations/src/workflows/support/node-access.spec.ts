import { noNode, type NodeState } from '#domain';
import { NodeUnreachableError, type NodeAddress } from '#storage-nodes';
import { expect, it } from 'vitest';
import { AloneError, onAnyNode } from './node-access.js';

const node = (nodeId: string): NodeState => ({
  ...noNode,
  nodeId,
  manageHostnames: [`${nodeId}.manage`],
  storageHostnames: [`${nodeId}.storage`],
});
const nodes = ['n1', 'n2', 'n3'].map(node);
const down = (via: NodeAddress): Error => new NodeUnreachableError('cannot reach node', via.manageHost, false);

/** What each of them does when it is asked. */
function asked(answers: Readonly<Record<string, (via: NodeAddress) => Error>>) {
  const order: string[] = [];
  const work = (via: NodeAddress): Promise<string> => {
    order.push(via.nodeId);
    const refusal = answers[via.nodeId];
    return refusal === undefined ? Promise.resolve(`done by ${via.nodeId}`) : Promise.reject(refusal(via));
  };
  return { order, work };
}
const alone = (via: NodeAddress): Error => new AloneError(via);

it('a glusterd that is alone is passed over, as one that is down is', async () => {
  const { order, work } = asked({ n1: alone, n2: down });
  expect(await onAnyNode(nodes, work, 'nowhere')).toBe('done by n3');
  expect(order).toEqual(['n1', 'n2', 'n3']);
});

it('glusterds that are all alone speak for the cluster', async () => {
  expect(await onAnyNode(nodes, asked({ n1: alone, n2: alone, n3: alone }).work, 'nowhere')).toBe('nowhere');
});

it('nobody speaks for a node that could not be asked', async () => {
  const { work } = asked({ n1: alone, n2: down, n3: alone });
  await expect(onAnyNode(nodes, work, 'nowhere')).rejects.toThrow('cannot reach node');
});
