import type { ClusterContents } from '#read-model';
import type { Attributed } from '../owners/attribute.js';

/** What a remedy has to know beyond the thing that it puts right. */
export interface Site {
  /** The storage hostname of a node. */
  hostOf(nodeId: string): string;
  /** Ids of bricks whose logical volume is missing: what is made again in its place is empty. */
  readonly lostBricks: ReadonlySet<string>;
  /** Those of them whose thin pool is still there. */
  readonly poolsWithoutBrick: ReadonlySet<string>;
  /** Ids of volumes that no glusterd knows: they are made again over their bricks. */
  readonly lostVolumes: ReadonlySet<string>;
}

export function siteOf(clusters: readonly ClusterContents[], differences: readonly Attributed[]): Site {
  const hosts = new Map(
    clusters.flatMap(({ nodes }) =>
      nodes.map(({ nodeId, storageHostnames }) => [nodeId, storageHostnames[0]] as const),
    ),
  );
  const missing = differences.filter(({ problem }) => problem === 'missing');
  const bricksWithout = (kind: Attributed['kind']): Set<string> =>
    new Set(missing.filter((each) => each.kind === kind).map(({ about }) => about.brickId ?? ''));
  const lostBricks = bricksWithout('logical-volume');
  const lostPools = bricksWithout('thin-pool');
  return {
    hostOf: (nodeId) => hosts.get(nodeId) ?? nodeId,
    lostBricks,
    poolsWithoutBrick: new Set([...lostBricks].filter((brickId) => !lostPools.has(brickId))),
    lostVolumes: new Set(
      missing
        .filter(({ kind, holder }) => kind === 'gluster-volume' && holder === undefined)
        .map(({ about }) => about.volumeId ?? ''),
    ),
  };
}
