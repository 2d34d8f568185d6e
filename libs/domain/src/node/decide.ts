import { type Decider, DomainError } from '#kernel';
import { alreadyExists, contentReasons, type Contents, held, inUse, notFound, remedy } from '../refusals.js';
import { applyTags, sameTags, type TagChange } from '../tags.js';
import type { AdminState, NodeDescription, NodeEvent, PinnedHostKey, Tags } from './events.js';
import { evolveNode } from './evolve.js';
import { noNode, type NodeState } from './state.js';
import { decideNodeState } from './transition.js';

/** A hostname that another node has; manage and storage names are separate namespaces, over all clusters. */
export interface TakenHostname {
  readonly hostname: string;
  readonly nodeId: string;
}

export type NodeCommand =
  | {
      readonly type: 'AddNode';
      readonly operationId: string;
      readonly node: NodeDescription;
      readonly clusterExists: boolean;
      readonly takenHostname: TakenHostname | null;
    }
  | { readonly type: 'FinishNodeAdd'; readonly operationId: string }
  | { readonly type: 'FailNodeAdd'; readonly operationId: string; readonly reason: string }
  | { readonly type: 'PinNodeHostKey'; readonly key: PinnedHostKey }
  /** An administrator vouches for another key: the node was installed anew. */
  | { readonly type: 'ReplaceNodeHostKey'; readonly key: PinnedHostKey }
  | { readonly type: 'ChangeNodeState'; readonly state: AdminState }
  | { readonly type: 'ChangeNodeTags'; readonly change: TagChange; readonly tags: Tags }
  /** `devices`: all that are not deleted, those in the making too. */
  | { readonly type: 'DeleteNode'; readonly operationId: string; readonly devices: Contents }
  | { readonly type: 'FinishNodeDelete'; readonly operationId: string }
  | { readonly type: 'FailNodeDelete'; readonly operationId: string; readonly reason: string };

function decide(command: NodeCommand, state: NodeState): readonly NodeEvent[] {
  switch (command.type) {
    case 'AddNode':
      return addNode(command, state);
    case 'FinishNodeAdd':
      requireHeldBy(state, 'adding', command.operationId);
      return [{ type: 'NodeAdded', data: { operationId: command.operationId } }];
    case 'FailNodeAdd':
      requireHeldBy(state, 'adding', command.operationId);
      return [{ type: 'NodeAddFailed', data: { operationId: command.operationId, reason: command.reason } }];
    case 'PinNodeHostKey':
      return pinHostKey(command.key, state);
    case 'ReplaceNodeHostKey':
      requireMetNode(state);
      return samePin(state.hostKey, command.key) ? [] : [{ type: 'NodeHostKeyPinned', data: command.key }];
    case 'ChangeNodeState':
      requireIdleNode(state);
      return decideNodeState(state.nodeId, state.state, command.state);
    case 'ChangeNodeTags': {
      requireNode(state);
      const tags = applyTags(state.tags, command.change, command.tags);
      return sameTags(tags, state.tags) ? [] : [{ type: 'NodeTagsChanged', data: { tags } }];
    }
    case 'DeleteNode':
      return deleteNode(command, state);
    case 'FinishNodeDelete':
      requireHeldBy(state, 'deleting', command.operationId);
      return [{ type: 'NodeDeleted', data: { operationId: command.operationId } }];
    case 'FailNodeDelete':
      requireHeldBy(state, 'deleting', command.operationId);
      return [{ type: 'NodeDeleteFailed', data: { operationId: command.operationId, reason: command.reason } }];
  }
}

function addNode(command: Extract<NodeCommand, { type: 'AddNode' }>, state: NodeState): readonly NodeEvent[] {
  if (!command.clusterExists) throw new DomainError('not-found', 'Cluster id does not exist');
  if (state.status !== 'none') throw alreadyExists();
  const taken = command.takenHostname;
  if (taken !== null) {
    // The line break belongs to Heketi's text: the body on the wire ends in two.
    throw new DomainError('conflict', `Hostname ${taken.hostname} already used by node with id ${taken.nodeId}\n`, [
      {
        rule: 'hostname',
        detail: `${taken.hostname} is a hostname of node ${taken.nodeId}`,
        values: { hostname: taken.hostname, nodeId: taken.nodeId },
      },
    ]);
  }
  return [{ type: 'NodeAddAccepted', data: { ...command.node, operationId: command.operationId } }];
}

function pinHostKey(key: PinnedHostKey, state: NodeState): readonly NodeEvent[] {
  requireMetNode(state);
  const known = state.hostKey;
  if (known === null) return [{ type: 'NodeHostKeyPinned', data: key }];
  if (samePin(known, key)) return [];
  throw new DomainError(
    'conflict',
    `Host key of node ${state.nodeId} has changed: expected ${known.fingerprint}, got ${key.fingerprint}`,
  );
}

/** A node that is being added has a key as well: its host is met before it is a member. */
function requireMetNode(state: NodeState): void {
  if (state.status === 'none' || state.status === 'deleted') throw notFound();
}

function samePin(known: PinnedHostKey | null, key: PinnedHostKey): boolean {
  return known !== null && known.algorithm === key.algorithm && known.publicKey === key.publicKey;
}

function deleteNode(command: Extract<NodeCommand, { type: 'DeleteNode' }>, state: NodeState): readonly NodeEvent[] {
  requireNode(state);
  if (command.devices.count > 0) {
    throw new DomainError('conflict', `Unable to delete node [${state.nodeId}] because it contains devices`, [
      ...contentReasons('no-devices', 'the node has', 'device', command.devices),
      remedy('empty', 'set each device offline, then failed, and delete it; then delete the node'),
    ]);
  }
  requireIdleNode(state);
  return [{ type: 'NodeDeleteAccepted', data: { operationId: command.operationId } }];
}

/** @throws DomainError `Id not found` for a node that is not there: one that is being added is not there yet */
export function requireNode(state: NodeState): void {
  if (state.status !== 'active' && state.status !== 'deleting') throw notFound();
}

/** @throws DomainError as requireNode, or in use where an operation holds the node */
export function requireIdleNode(state: NodeState): void {
  requireNode(state);
  if (state.status === 'deleting') throw held('conflict', `node ${state.nodeId} is being deleted`, state.operationId);
}

function requireHeldBy(state: NodeState, status: NodeState['status'], operationId: string): void {
  if (state.status === status && state.operationId === operationId) return;
  throw inUse('conflict', `node ${state.nodeId} is ${state.status} and not held by operation ${operationId}`);
}

export const nodeDecider: Decider<NodeState, NodeCommand, NodeEvent> = { initial: noNode, decide, evolve: evolveNode };
