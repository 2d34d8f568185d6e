import type { GlusterSight } from '#storage-nodes';
import type { ExpectedCluster } from '../expected.js';
import type { Finding } from '../finding.js';
import { comparePeers } from './peers.js';
import { Pool } from './pool.js';
import { compareVolumes } from './volumes.js';

/**
 * What a cluster's glusterds know against what the read model says: its members are the peers, its volumes the volumes.
 * @param sights by node id, of those that have answered
 */
export function compareGluster(
  expected: ExpectedCluster,
  sights: ReadonlyMap<string, GlusterSight>,
): readonly Finding[] {
  const pool = new Pool(expected, sights);
  return [...comparePeers(pool), ...compareVolumes(pool)];
}
