import type { NodeState } from '#domain';
import type { FoundPeer, GlusterSight } from '#storage-nodes';
import type { ExpectedCluster, ExpectedMember } from '../expected.js';

/** A glusterd that has answered. */
export interface Viewer extends ExpectedMember {
  readonly sight: GlusterSight;
}

/** What gluster calls the node that it is asked on. */
const SELF = 'localhost';

/**
 * The glusterds of a cluster that belong together. They are those that the best connected one sees: a node that was detached
 * by hand sees itself alone, and what it says of volumes and peers is about a pool of its own.
 */
export class Pool {
  readonly #uuids: ReadonlyMap<string, string>;
  /** The glusterd that sees the most members; null where none has answered. */
  readonly reference: Viewer | null;
  /** It and those it sees. */
  readonly viewers: readonly Viewer[];

  constructor(
    readonly expected: ExpectedCluster,
    sights: ReadonlyMap<string, GlusterSight>,
  ) {
    const all = expected.members.flatMap((member): Viewer[] => {
      const sight = sights.get(member.node.nodeId);
      return sight === undefined ? [] : [{ ...member, sight }];
    });
    this.#uuids = new Map(
      all.flatMap(({ node, sight }) =>
        sight.peers.filter(({ names }) => names.includes(SELF)).map(({ uuid }) => [uuid, node.nodeId] as const),
      ),
    );
    const seenBy = (viewer: Viewer): number =>
      expected.members.filter(({ node }) => this.peerOf(viewer, node) !== undefined).length;
    const [first, ...others] = all.filter(({ standing }) => standing === 'settled');
    this.reference = first === undefined ? null : others.reduce((a, b) => (seenBy(b) > seenBy(a) ? b : a), first);
    const { reference } = this;
    this.viewers =
      reference === null
        ? []
        : [reference, ...all.filter((each) => each !== reference && this.peerOf(reference, each.node) !== undefined)];
  }

  /** How a glusterd sees a node of the cluster: by the UUID that its own glusterd has given, else by its names. */
  peerOf({ sight }: Viewer, { nodeId, storageHostnames }: NodeState): FoundPeer | undefined {
    return sight.peers.find(
      ({ uuid, names }) =>
        this.#uuids.get(uuid) === nodeId ||
        (!this.#uuids.has(uuid) && names.some((name) => storageHostnames.includes(name))),
    );
  }

  /** Whether the node's own glusterd has answered. */
  hasAnswered({ nodeId }: NodeState): boolean {
    return [...this.#uuids.values()].includes(nodeId);
  }
}
