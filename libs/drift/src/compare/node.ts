import type { NodeInventory } from '#storage-nodes';
import type { ExpectedNode } from '../expected.js';
import type { Finding } from '../finding.js';
import { compareBricks } from './bricks.js';
import { compareDevices } from './devices.js';
import { compareFolders } from './folders.js';
import { compareMounts } from './mounts.js';

/** What one node holds against what the read model says of it; what belongs to its Gluster cluster is compareGluster's. */
export function compareNode(expected: ExpectedNode, inventory: NodeInventory): readonly Finding[] {
  return [compareDevices, compareBricks, compareMounts, compareFolders].flatMap((part) => part(expected, inventory));
}
