import { DomainError, type Reason } from '#kernel';
import type { ClusterFlags } from '../cluster/events.js';
import { capacityTexts } from './place-bricks.js';

/** What decides whether a cluster may be asked for a volume at all. */
export interface ClusterFacts extends ClusterFlags {
  readonly clusterId: string;
  /** Volumes in the making count. */
  readonly volumeCount: number;
  /** Whether a volume of the name exists in the cluster, or is in the making. */
  readonly nameTaken: boolean;
}

export interface ClusterWish {
  readonly block: boolean;
  readonly name: string;
  /** Negative: no limit. */
  readonly maxVolumesPerCluster: number;
}

/** How many clusters a reason tree speaks of. */
const SHOWN_CLUSTERS = 10;

interface ClusterError {
  readonly clusterId: string;
  readonly message: string;
  readonly reasons: readonly Reason[];
}

/** Why a cluster is not even asked. */
interface Ineligible {
  readonly message: string;
  readonly reason: Reason;
}

/** Cluster errors that leave the next cluster worth a try; any other error ends the search at once. */
const emptyTexts: readonly string[] = ['No nodes in cluster', 'No online storage devices in cluster'];

/**
 * Tries the eligible clusters in the order given and takes the first that has room.
 * @param place places the volume in a cluster, or throws why not
 * @throws DomainError with Heketi's text for one cluster, or its list for several
 */
export function chooseCluster<Facts extends ClusterFacts, Result>(
  clusters: readonly Facts[],
  wish: ClusterWish,
  place: (cluster: Facts) => Result,
): { readonly clusterId: string; readonly result: Result } {
  if (clusters.length === 0) throw new DomainError('refused', 'No clusters configured');
  const rejected: ClusterError[] = [];
  const eligible: Facts[] = [];
  for (const cluster of clusters) {
    const hindrance = ineligible(cluster, wish);
    if (hindrance === null) eligible.push(cluster);
    else rejected.push({ clusterId: cluster.clusterId, message: hindrance.message, reasons: [hindrance.reason] });
  }
  if (eligible.length === 0) throw combined('No eligible cluster for volume', rejected, []);
  const failed: ClusterError[] = [];
  for (const cluster of eligible) {
    try {
      return { clusterId: cluster.clusterId, result: place(cluster) };
    } catch (error) {
      failed.push(clusterError(cluster.clusterId, error));
    }
  }
  throw combined('Unable to create volume on any cluster:', failed, rejected);
}

/** What keeps a cluster from being asked, the first thing if there are several; null: nothing. */
export function ineligible(cluster: ClusterFacts, wish: ClusterWish): Ineligible | null {
  const { file, block, clusterId, volumeCount } = cluster;
  const flags = `the cluster's flags are file ${String(file)} and block ${String(block)}`;
  const flagsReason: Reason = { rule: 'cluster-flags', detail: flags, values: { clusterId } };
  if (!block && !file) return { message: 'Cluster has disabled all volume types', reason: flagsReason };
  if (!(wish.block ? block : file)) {
    return { message: 'Cluster does not support requested volume type', reason: flagsReason };
  }
  if (cluster.nameTaken) {
    const detail = `a volume named ${wish.name} is in the cluster, or is being created or deleted there`;
    const reason: Reason = { rule: 'volume-name', detail, values: { clusterId, name: wish.name } };
    return { message: `Volume name '${wish.name}' already in use`, reason };
  }
  const limit = wish.maxVolumesPerCluster;
  if (limit < 0 || volumeCount < limit) return null;
  const detail = `volumes in the making count: ${volumeCount} of ${limit} (max_volumes_per_cluster)`;
  return {
    message: `Cluster has ${volumeCount} volumes and limit is ${limit}`,
    reason: { rule: 'max-volumes-per-cluster', detail, values: { clusterId, volumes: volumeCount, limit } },
  };
}

function clusterError(clusterId: string, error: unknown): ClusterError {
  if (!(error instanceof DomainError)) throw error;
  const { message, reasons } = error;
  if (Object.values<string>(capacityTexts).includes(message)) {
    return { clusterId, message: capacityTexts.noSpace, reasons };
  }
  if (emptyTexts.includes(message)) return { clusterId, message, reasons };
  throw error;
}

/** One cluster's error stands alone, several are listed under a heading. `others` only appear among the reasons. */
function combined(heading: string, errors: readonly ClusterError[], others: readonly ClusterError[]): DomainError {
  const [first] = errors;
  const lines = errors.map(({ clusterId, message }) => `Cluster ${clusterId}: ${message}`);
  const text = errors.length === 1 && first !== undefined ? first.message : [heading, ...lines].join('\n');
  return new DomainError('refused', text, clusterReasons([...errors, ...others]));
}

function clusterReasons(errors: readonly ClusterError[]): readonly Reason[] {
  const shown = errors.slice(0, SHOWN_CLUSTERS).map(({ clusterId, message, reasons: because }): Reason => ({
    rule: 'cluster',
    detail: `Cluster ${clusterId}: ${message}`,
    values: { clusterId },
    ...(because.length > 0 ? { because } : {}),
  }));
  const more = errors.length - shown.length;
  if (more <= 0) return shown;
  return [...shown, { rule: 'clusters', detail: `and ${more} more clusters`, values: { clusters: more } }];
}
