import type { ClusterContents } from '#read-model';
import type { NodeSettings } from '#storage-nodes';
import { driftKinds, type Difference } from './difference.js';
import type { Attributed } from './owners/attribute.js';
import { remedyOf } from './remedies/remedy.js';
import { siteOf } from './remedies/site.js';

/**
 * Findings as they are read, in the order in which the remedies work. What is too much goes first, from the top down: a brick
 * is busy as long as its volume is there. Then what is missing comes back, from the bottom up: a volume needs all its bricks.
 */
export function describe(
  findings: readonly Attributed[],
  clusters: readonly ClusterContents[],
  settings: NodeSettings,
): readonly Difference[] {
  const nodes = clusters.flatMap((cluster) => cluster.nodes);
  const hosts = new Map(nodes.map(({ nodeId, manageHostnames }) => [nodeId, manageHostnames[0] ?? nodeId]));
  const site = siteOf(clusters, findings);
  const described = findings.map((finding): Difference => {
    const { nodeId, kind, what, problem, owner, expected = null, found = null } = finding;
    const host = hosts.get(nodeId) ?? nodeId;
    const values = problem === 'different' ? { expected, found } : { expected: null, found: null };
    return { nodeId, host, kind, what, problem, ...values, owner, remedy: remedyOf(finding, site, settings) };
  });
  return described.sort((a, b) => rank(a) - rank(b) || compareTexts(a.host, b.host) || places(a, b));
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A folder that is to go goes after what is in it. */
const places = (a: Difference, b: Difference): number =>
  isAdded(a) ? compareTexts(a.what, b.what) : compareTexts(b.what, a.what);

const isAdded = ({ problem }: Pick<Difference, 'problem'>): boolean => problem === 'missing' || problem === 'different';

function rank(difference: Pick<Difference, 'kind' | 'problem'>): number {
  const place = driftKinds.indexOf(difference.kind);
  return isAdded(difference) ? driftKinds.length + place : driftKinds.length - 1 - place;
}
