import { INSTALLATION_MARKER, type NodeInventory } from '#storage-nodes';
import type { ExpectedNode } from '../expected.js';
import type { Finding } from '../finding.js';
import { compareBricks } from './bricks.js';
import { compareDevices } from './devices.js';
import { compareFolders } from './folders.js';
import { compareMounts } from './mounts.js';

/**
 * What one node holds against what the read model says of it; what belongs to its Gluster cluster is compareGluster's.
 * @param installationId of the database that the read model is in
 */
export function compareNode(
  expected: ExpectedNode,
  inventory: NodeInventory,
  installationId: string,
): readonly Finding[] {
  const parts = [compareDevices, compareBricks, compareMounts, compareFolders];
  return [...parts.flatMap((part) => part(expected, inventory)), ...marker(expected, inventory, installationId)];
}

/** A node without one gets it with the next command that changes something. */
function marker({ node }: ExpectedNode, { installation }: NodeInventory, expected: string): readonly Finding[] {
  if (installation === null || installation === expected) return [];
  const { nodeId } = node;
  const base = { nodeId, kind: 'marker', what: INSTALLATION_MARKER, about: { nodeId } } as const;
  return [{ ...base, problem: 'different', expected, found: installation }];
}
