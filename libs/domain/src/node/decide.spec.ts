import { describe, it } from 'vitest';
import { noContents } from '../refusals.js';
import { specificationOf } from '../testing/decider-specification.js';
import { sampleId, sampleNode } from '../testing/samples.js';
import { type NodeCommand, nodeDecider } from './decide.js';
import type { AdminState, NodeEvent, PinnedHostKey } from './events.js';

const { given } = specificationOf(nodeDecider);
const operationId = sampleId('operation');
const other = sampleId('other');
const { nodeId } = sampleNode;
const inUse = 'The target exists, contains other items, or is in use.';

const accepted: NodeEvent = { type: 'NodeAddAccepted', data: { ...sampleNode, operationId } };
const added: NodeEvent = { type: 'NodeAdded', data: { operationId } };
const addFailed: NodeEvent = { type: 'NodeAddFailed', data: { operationId, reason: 'peer probe failed' } };
const deleting: NodeEvent = { type: 'NodeDeleteAccepted', data: { operationId } };
const deleted: NodeEvent = { type: 'NodeDeleted', data: { operationId } };
const active = [accepted, added];
const moved = (state: AdminState): NodeEvent => ({ type: 'NodeStateChanged', data: { state } });
const key: PinnedHostKey = { algorithm: 'ssh-ed25519', publicKey: 'AAAA', fingerprint: 'SHA256:one' };
const pinned: NodeEvent = { type: 'NodeHostKeyPinned', data: key };

const add: NodeCommand = { type: 'AddNode', operationId, node: sampleNode, clusterExists: true, takenHostname: null };

describe('adding a node', () => {
  it('is accepted', () => given([]).when(add).then([accepted]));
  it('needs its cluster', () =>
    given([])
      .when({ ...add, clusterExists: false })
      .thenRefused('not-found', 'Cluster id does not exist'));
  it('needs hostnames of its own', () =>
    given([])
      .when({ ...add, takenHostname: { hostname: 'node1.manage', nodeId: other } })
      .thenRefused('conflict', `Hostname node1.manage already used by node with id ${other}\n`));
  it('needs a new id', () => given([accepted]).when(add).thenRefused('conflict', 'Id already exists'));
  it('ends in success', () => given([accepted]).when({ type: 'FinishNodeAdd', operationId }).then([added]));
  it('ends in failure', () =>
    given([accepted]).when({ type: 'FailNodeAdd', operationId, reason: 'peer probe failed' }).then([addFailed]));
  it.each(['FinishNodeAdd', 'FailNodeAdd'] as const)('%s is refused to another operation', (type) =>
    given([accepted]).when({ type, operationId: other, reason: '' }).thenRefused('conflict', inUse),
  );
  it('ends once', () => given(active).when({ type: 'FinishNodeAdd', operationId }).thenRefused('conflict', inUse));
});

describe("a node's host key", () => {
  it('is pinned while the node is being added', () =>
    given([accepted]).when({ type: 'PinNodeHostKey', key }).then([pinned]));
  it('is pinned once', () => given([accepted, pinned]).when({ type: 'PinNodeHostKey', key }).then([]));
  it('does not change', () =>
    given([...active, pinned])
      .when({ type: 'PinNodeHostKey', key: { ...key, publicKey: 'BBBB', fingerprint: 'SHA256:two' } })
      .thenRefused('conflict', `Host key of node ${nodeId} has changed: expected SHA256:one, got SHA256:two`));
  const anew = { ...key, publicKey: 'BBBB', fingerprint: 'SHA256:two' };
  it('is replaced where an administrator vouches for another', () =>
    given([...active, pinned])
      .when({ type: 'ReplaceNodeHostKey', key: anew })
      .then([{ type: 'NodeHostKeyPinned', data: anew }]));
  it('stays where the key vouched for is the one pinned', () =>
    given([...active, pinned])
      .when({ type: 'ReplaceNodeHostKey', key })
      .then([]));
  it('needs a node to be replaced', () =>
    given([]).when({ type: 'ReplaceNodeHostKey', key }).thenRefused('not-found', 'Id not found'));
  it('needs a node', () => given([]).when({ type: 'PinNodeHostKey', key }).thenRefused('not-found', 'Id not found'));
});

describe("a node's state", () => {
  it.each<[AdminState, AdminState]>([
    ['online', 'offline'],
    ['offline', 'online'],
    ['offline', 'failed'],
  ])('goes from %s to %s', (from, to) =>
    given([...active, moved(from)])
      .when({ type: 'ChangeNodeState', state: to })
      .then([moved(to)]),
  );

  it.each<AdminState>(['online', 'offline', 'failed'])('stays %s without an event', (state) =>
    given([...active, moved(state)])
      .when({ type: 'ChangeNodeState', state })
      .then([]),
  );

  it.each<[AdminState, AdminState, string]>([
    ['online', 'failed', `Node must be offline before remove operation is performed, node:${nodeId}`],
    ['failed', 'online', 'Cannot move a failed/removed node to online state'],
    ['failed', 'offline', 'Cannot move a failed/removed node to offline state'],
  ])('does not go from %s to %s', (from, to, text) =>
    given([...active, moved(from)])
      .when({ type: 'ChangeNodeState', state: to })
      .thenRefused('refused', text),
  );

  it('is left alone while the node is being deleted', () =>
    given([...active, deleting])
      .when({ type: 'ChangeNodeState', state: 'offline' })
      .thenRefused('conflict', inUse));
});

describe("a node's tags", () => {
  const tagged = (tags: Record<string, string>): NodeEvent => ({ type: 'NodeTagsChanged', data: { tags } });

  it.each([
    ['set', { disk: 'ssd' }, { disk: 'ssd' }],
    ['set', {}, {}],
    ['update', { disk: 'ssd', rack: 'b' }, { rack: 'b', disk: 'ssd' }],
    ['delete', { rack: 'whatever', unknown: '' }, {}],
  ] as const)('%s %j leaves %j', (change, tags, result) =>
    given(active)
      .when({ type: 'ChangeNodeTags', change, tags })
      .then([tagged(result)]),
  );

  it('write no event where nothing changes', () =>
    given(active)
      .when({ type: 'ChangeNodeTags', change: 'update', tags: { rack: 'a' } })
      .then([]));

  it('may be named like the properties that every object has', () =>
    given(active)
      .when({ type: 'ChangeNodeTags', change: 'delete', tags: { constructor: '', toString: '' } })
      .then([]));
});

describe('deleting a node', () => {
  const remove: NodeCommand = { type: 'DeleteNode', operationId, devices: noContents };

  it('is accepted in any state', () =>
    given([...active, moved('online')])
      .when(remove)
      .then([deleting]));
  it('needs it empty', () =>
    given(active)
      .when({ ...remove, devices: { count: 1, ids: ['d'] } })
      .thenRefused('conflict', `Unable to delete node [${nodeId}] because it contains devices`));
  it.each([
    { history: [] },
    { history: [accepted] },
    { history: [accepted, addFailed] },
    { history: [...active, deleting, deleted] },
  ])('needs a node that is there', ({ history }) => {
    given(history).when(remove).thenRefused('not-found', 'Id not found');
    given(history).when({ type: 'ChangeNodeTags', change: 'set', tags: {} }).thenRefused('not-found', 'Id not found');
    given(history).when({ type: 'ChangeNodeState', state: 'offline' }).thenRefused('not-found', 'Id not found');
  });
  it('is not accepted twice', () =>
    given([...active, deleting])
      .when(remove)
      .thenRefused('conflict', inUse));
  it('ends in success', () =>
    given([...active, deleting])
      .when({ type: 'FinishNodeDelete', operationId })
      .then([deleted]));
  it('ends in failure', () =>
    given([...active, deleting])
      .when({ type: 'FailNodeDelete', operationId, reason: 'detach failed' })
      .then([{ type: 'NodeDeleteFailed', data: { operationId, reason: 'detach failed' } }]));
  it.each(['FinishNodeDelete', 'FailNodeDelete'] as const)('%s is refused to another operation', (type) =>
    given([...active, deleting])
      .when({ type, operationId: other, reason: '' })
      .thenRefused('conflict', inUse),
  );
});
