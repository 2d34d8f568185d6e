import { messageOf } from '#kernel';
import type { ClusterContents } from '#read-model';
import { addressOf, type GlusterSight, type NodeInventory } from '#storage-nodes';
import { compareGluster } from './compare/gluster.js';
import { compareNode } from './compare/node.js';
import { expectedCluster, type ExpectedCluster, type ExpectedNode } from './expected.js';
import { findingKey, type Finding } from './finding.js';
import { inParallel } from './in-parallel.js';
import type { DriftParts, UninspectedNode } from './parts.js';
import { fingerprints, unchanged } from './unchanged.js';

/** One cluster, looked at between two readings of the read model. */
export interface ClusterLook {
  readonly contents: ClusterContents;
  readonly findings: readonly Finding[];
  readonly uninspected: readonly UninspectedNode[];
  readonly inspected: number;
  /** Findings that were dropped because their objects did not stand still. */
  readonly unsettled: number;
}

/** What was seen of one node; nothing where there is nothing to look at. */
interface NodeLook {
  readonly expected: ExpectedNode;
  readonly inventory: NodeInventory | null;
  readonly trouble: string | null;
}

const DEFAULT_CONCURRENCY = 16;

/** Clusters that are gone by now are left out. */
export async function look(
  parts: DriftParts,
  clusterIds: readonly string[],
  installationId: string,
): Promise<readonly ClusterLook[]> {
  const before = await readClusters(parts, clusterIds);
  const clusters = before.map(expectedCluster);
  const wanted = clusters.flatMap(({ nodes }) => nodes).filter((each) => isWanted(parts, each));
  const nodes = await inParallel(wanted, parts.concurrency ?? DEFAULT_CONCURRENCY, (each) => lookAtNode(parts, each));
  const after = await readClusters(parts, clusterIds);
  const prints = { before: fingerprints(before), after: fingerprints(after) };
  return clusters.flatMap((cluster) => {
    const contents = after.find((each) => each.cluster.clusterId === cluster.clusterId);
    if (contents === undefined) return [];
    const own = nodes.filter(({ expected }) => cluster.nodes.includes(expected));
    const all = compare(cluster, own, installationId);
    const findings = all.filter((finding) => unchanged(finding, prints.before, prints.after));
    return [
      {
        contents,
        findings,
        uninspected: own.flatMap(uninspected),
        inspected: own.filter(({ inventory }) => inventory !== null).length,
        unsettled: all.length - findings.length,
      },
    ];
  });
}

/** What was found both times. */
export function confirmed(first: ClusterLook, second: ClusterLook): ClusterLook {
  const again = new Set(second.findings.map(findingKey));
  return { ...second, findings: first.findings.filter((finding) => again.has(findingKey(finding))) };
}

async function readClusters({ queries }: DriftParts, ids: readonly string[]): Promise<readonly ClusterContents[]> {
  const clusters: ClusterContents[] = [];
  for (const id of ids) {
    const contents = await queries.clusterContents(id);
    if (contents !== null) clusters.push(contents);
  }
  return clusters;
}

/** A node that is being added is not ours yet. */
function isWanted({ scope }: DriftParts, { node }: ExpectedNode): boolean {
  return node.status !== 'adding' && (scope?.nodeId === undefined || scope.nodeId === node.nodeId);
}

async function lookAtNode({ nodes, signal }: DriftParts, expected: ExpectedNode): Promise<NodeLook> {
  const call = { signal: signal ?? new AbortController().signal, onCommand: () => undefined };
  try {
    const inventory = await nodes.inspect(addressOf(expected.node), call);
    return { expected, inventory, trouble: null };
  } catch (error) {
    signal?.throwIfAborted();
    // Whatever it was, the node's own words or an answer that cannot be read: the node is not known to be clean.
    return { expected, inventory: null, trouble: messageOf(error) };
  }
}

function compare(cluster: ExpectedCluster, nodes: readonly NodeLook[], installationId: string): readonly Finding[] {
  const seen = nodes.flatMap(({ expected, inventory }) => (inventory === null ? [] : [{ expected, inventory }]));
  const sights = new Map(
    seen.flatMap(({ expected, inventory: { gluster } }): [string, GlusterSight][] =>
      'silent' in gluster ? [] : [[expected.node.nodeId, gluster]],
    ),
  );
  return [
    ...seen.flatMap(({ expected, inventory }) => compareNode(expected, inventory, installationId)),
    ...compareGluster(cluster, sights),
  ];
}

function uninspected({ expected, inventory, trouble }: NodeLook): readonly UninspectedNode[] {
  const { nodeId, manageHostnames } = expected.node;
  const node = { nodeId, host: manageHostnames[0] ?? nodeId };
  if (trouble !== null) return [{ ...node, reason: trouble }];
  if (inventory === null || !('silent' in inventory.gluster)) return [];
  return [{ ...node, reason: `glusterd does not answer: ${inventory.gluster.silent}` }];
}
