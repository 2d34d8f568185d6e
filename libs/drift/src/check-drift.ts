import { readInstallationId } from '#event-store';
import { defaultNodeSettings } from '#storage-nodes';
import { describe } from './describe.js';
import { isDrift, type Difference } from './difference.js';
import { confirmed, look, type ClusterLook } from './look.js';
import { attribute } from './owners/attribute.js';
import { readHistory } from './owners/history.js';
import type { DriftParts, UninspectedNode } from './parts.js';

export interface DriftReport {
  /** In the order in which the remedies are to be applied, whatever the node; in-flight and foreign ones included. */
  readonly differences: readonly Difference[];
  /** Nodes of which nothing, or not everything, is known. */
  readonly uninspected: readonly UninspectedNode[];
  /** Nodes that were looked at. */
  readonly inspected: number;
  /** Differences that were dropped because their objects changed while the nodes were looked at. */
  readonly unsettled: number;
}

/** Nodes hold what the read model says, and all of them were looked at. */
export function isClean({ differences, uninspected }: DriftReport): boolean {
  return uninspected.length === 0 && !differences.some(isDrift);
}

/**
 * Compares what all nodes hold with what the read model says. Changes nothing and takes no lock, so it runs beside anything:
 * the read model is read before and after the nodes are looked at, and what hangs on an object that has changed in between is
 * dropped. What is left is looked for a second time, since a thing of an object that came and went between two readings was
 * rightly there for a moment.
 * @throws what the database says, and the signal's reason
 */
export async function checkDrift(parts: DriftParts): Promise<DriftReport> {
  const { scope = {}, queries, sql, settings = defaultNodeSettings } = parts;
  const clusterIds = scope.clusterId === undefined ? await queries.clusterIds() : [scope.clusterId];
  const installationId = await readInstallationId(sql);
  const first = await look(parts, clusterIds, installationId);
  const suspects = first.filter(({ findings }) => findings.some(isDrift)).map(idOf);
  const second = await look(parts, suspects, installationId);
  const looks = first.flatMap((each) => {
    if (!suspects.includes(idOf(each))) return [each];
    const again = second.find((other) => idOf(other) === idOf(each));
    return again === undefined ? [] : [confirmed(each, again)];
  });
  const findings = looks.flatMap((each) => each.findings);
  const clusters = looks.map(({ contents }) => contents);
  const cleanups = clusters.flatMap(({ operations }) => operations.filter(({ kind }) => kind === 'cleanup'));
  const owing = new Set(cleanups.map(({ subjectId }) => subjectId));
  const attributed = attribute(findings, await readHistory(sql, findings), owing);
  return {
    differences: describe(attributed, clusters, settings),
    uninspected: looks.flatMap(({ uninspected }) => uninspected).sort((a, b) => (a.host < b.host ? -1 : 1)),
    inspected: looks.reduce((sum, { inspected }) => sum + inspected, 0),
    unsettled: looks.reduce((sum, { unsettled }) => sum + unsettled, 0),
  };
}

const idOf = ({ contents }: ClusterLook): string => contents.cluster.clusterId;
