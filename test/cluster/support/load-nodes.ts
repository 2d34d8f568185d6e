import type { SimulatedNode } from '#node-simulator';
import { testKeys } from '#test/http-client';
import { HeketiClient } from '../../../apps/cli/src/client/heketi-client.js';
import { loadTopology } from '../../../apps/cli/src/client/topology.js';

const NODES_PER_CLUSTER = 3;

/** Brings the nodes in, three to a cluster, each in a zone of its own. */
export async function loadNodes(base: string, nodes: readonly SimulatedNode[]): Promise<void> {
  const client = new HeketiClient({ baseUrl: base, issuer: 'admin', key: testKeys.admin });
  const clusters = Array.from({ length: nodes.length / NODES_PER_CLUSTER }, (_, i) => ({
    file: true,
    block: true,
    nodes: nodes.slice(i * NODES_PER_CLUSTER, (i + 1) * NODES_PER_CLUSTER).map((node, zone) => ({
      node: { hostnames: { manage: [node.manageHost], storage: [node.storageHost] }, zone: zone + 1 },
      devices: node.devices.map(({ path }) => ({ name: path })),
    })),
  }));
  await Promise.all(clusters.map((cluster) => loadTopology(client, { clusters: [cluster] }, () => undefined)));
}
