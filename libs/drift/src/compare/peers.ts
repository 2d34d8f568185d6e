import type { NodeState } from '#domain';
import type { FoundPeer } from '#storage-nodes';
import type { Finding } from '../finding.js';
import type { Pool, Viewer } from './pool.js';

/** The members of the Gluster cluster against those of ours. What only one glusterd lacks is told of that one. */
export function comparePeers(pool: Pool): readonly Finding[] {
  const { reference, viewers } = pool;
  if (reference === null) return [];
  return [
    ...viewers.flatMap((viewer) => ofMembers(pool, viewer, reference)),
    ...unknownPeers(pool).map(([viewer, peer]) => other(viewer, peer)),
  ];
}

const hostOf = ({ storageHostnames }: NodeState): string => storageHostnames[0] ?? '';

function ofMembers(pool: Pool, viewer: Viewer, reference: Viewer): readonly Finding[] {
  return pool.expected.members.flatMap(({ node, standing }): Finding[] => {
    const base = {
      nodeId: viewer.node.nodeId,
      kind: 'peer',
      what: hostOf(node),
      about: { nodeId: node.nodeId },
    } as const;
    const peer = pool.peerOf(viewer, node);
    if (standing !== 'settled') {
      return peer === undefined || viewer !== reference ? [] : [{ ...base, problem: standing }];
    }
    if (peer === undefined) {
      const known = viewer === reference || pool.peerOf(reference, node) !== undefined;
      return known ? [{ ...base, problem: 'missing' }] : [];
    }
    const found = trouble(pool, node, peer);
    return found === null ? [] : [{ ...base, problem: 'different', expected: 'connected', found }];
  });
}

/** A node whose glusterd has not answered is reported as such, and not once more by each of its peers. */
function trouble(pool: Pool, node: NodeState, peer: FoundPeer): string | null {
  if (!pool.hasAnswered(node)) return null;
  if (!peer.connected) return 'disconnected';
  return peer.befriended ? null : 'rejected';
}

/** Each once, by the first that sees it. */
function unknownPeers(pool: Pool): readonly (readonly [Viewer, FoundPeer])[] {
  const found = new Map<string, readonly [Viewer, FoundPeer]>();
  for (const viewer of pool.viewers) {
    const members = pool.expected.members.map(({ node }) => pool.peerOf(viewer, node));
    for (const peer of viewer.sight.peers) {
      if (!members.includes(peer) && !found.has(peer.uuid)) found.set(peer.uuid, [viewer, peer]);
    }
  }
  return [...found.values()];
}

function other({ node }: Viewer, { names, uuid }: FoundPeer): Finding {
  const what = names[0] ?? uuid;
  return { nodeId: node.nodeId, kind: 'peer', what, problem: 'leaked', about: { storageHost: what } };
}
