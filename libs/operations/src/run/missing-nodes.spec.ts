import { NodeUnreachableError, type NodeAddress, type NodeCall } from '#storage-nodes';
import { OperationWorld } from '#test/operation-world';
import { afterEach, expect, it, vi } from 'vitest';
import { missesPeer, missingAmong } from './missing-nodes.js';

const { ledger } = new OperationWorld();
const members = ['n1', 'n2', 'n3'].map((nodeId) => ledger.stateOf('node', nodeId));
const never = new AbortController().signal;

afterEach(() => {
  vi.restoreAllMocks();
});

const asking = (answer: (nodeId: string, call: NodeCall) => Promise<boolean>) =>
  missingAmong(members, { glusterdRunning: ({ nodeId }: NodeAddress, call: NodeCall) => answer(nodeId, call) }, never);

it.each([
  ['volume delete: v: failed: Some of the peers are down', true],
  ['volume create: v: failed: Host node3 not connected', true],
  ['volume stop: v: failed: Staging failed on node3. Error: no', true],
  ['volume create: v: failed: /b is already part of a volume', false],
])('Gluster misses a peer where it says: %s', (reason, expected) => {
  expect(missesPeer([{ reason: 'something else' }, { reason }])).toBe(expected);
});

it('names nodes that cannot be reached, and those without glusterd, with what to do', async () => {
  const missing = await asking((nodeId) => {
    if (nodeId === 'n1') return Promise.reject(new NodeUnreachableError('no route to n1; check it', 'n1', false));
    return Promise.resolve(nodeId === 'n2');
  });
  expect(missing).toEqual([
    { nodeId: 'n1', text: 'no route to n1; check it' },
    { nodeId: 'n3', text: 'no glusterd answers on node n3.manage; check that it runs there (node id n3)' },
  ]);
});

it('does not wait for ever for a node that hangs', async () => {
  const impatient = AbortSignal.abort(new Error('too late'));
  vi.spyOn(AbortSignal, 'timeout').mockReturnValue(impatient);
  const missing = await asking((nodeId, { signal }) => {
    if (nodeId !== 'n3') return Promise.resolve(true);
    return Promise.reject(signal.reason as Error);
  });
  const text = 'node n3.manage has not answered within 10 s; check that it is up (node id n3)';
  expect(missing).toEqual([{ nodeId: 'n3', text }]);
});
