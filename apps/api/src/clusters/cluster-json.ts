import type { ClusterView } from '#read-model';

/** A cluster as Heketi's clients read it; key order is the wire's. */
export function clusterJson({ cluster, nodeIds, volumeIds }: ClusterView): object {
  return {
    id: cluster.clusterId,
    nodes: nodeIds,
    volumes: volumeIds,
    block: cluster.block,
    file: cluster.file,
    blockvolumes: [],
  };
}
