import { z } from 'zod';
import type { HeketiClient } from './heketi-client.js';

const tags = z.record(z.string(), z.string()).optional();
const deviceSchema = z.union([
  z.string().transform((name) => ({ name })),
  z.object({ name: z.string(), tags, destroydata: z.boolean().optional() }),
]);

/** Heketi's topology file: clusters, nodes and their devices. Unknown keys are ignored, as heketi-cli does. */
export const topologySchema = z.object({
  clusters: z.array(
    z.object({
      file: z.boolean().default(true),
      block: z.boolean().default(true),
      nodes: z.array(
        z.object({
          node: z.object({
            hostnames: z.object({ manage: z.array(z.string()).min(1), storage: z.array(z.string()).min(1) }),
            zone: z.number().int(),
            tags,
          }),
          devices: z.array(deviceSchema),
        }),
      ),
    }),
  ),
});
export type Topology = z.output<typeof topologySchema>;

interface ClusterInfo {
  readonly id: string;
  readonly nodes: readonly string[];
}
interface NodeInfo {
  readonly id: string;
  readonly cluster: string;
  readonly hostnames: { readonly manage: readonly string[] };
  readonly devices: readonly { readonly name: string }[];
}

async function knownNodes(client: HeketiClient): Promise<Map<string, NodeInfo>> {
  const byHost = new Map<string, NodeInfo>();
  for (const clusterId of (await client.get<{ clusters: string[] }>('/clusters')).clusters) {
    for (const nodeId of (await client.get<ClusterInfo>(`/clusters/${clusterId}`)).nodes) {
      const node = await client.get<NodeInfo>(`/nodes/${nodeId}`);
      byHost.set(node.hostnames.manage[0] ?? '', node);
    }
  }
  return byHost;
}

/**
 * Brings a topology into the server: what is there already (by manage hostname, by device name) is left as it is.
 * @param report gets a line for everything that was found or made
 * @throws RequestRefused at the first thing that the server refuses
 */
export async function loadTopology(
  client: HeketiClient,
  topology: Topology,
  report: (line: string) => void,
): Promise<void> {
  const known = await knownNodes(client);
  for (const cluster of topology.clusters) {
    let clusterId: string | null = null;
    for (const { node, devices } of cluster.nodes) {
      const host = node.hostnames.manage[0] ?? '';
      const found = known.get(host);
      let nodeId = found?.id;
      if (found !== undefined) {
        clusterId = found.cluster;
        report(`node ${host} is there already`);
      } else {
        if (clusterId === null) {
          const body = { file: cluster.file, block: cluster.block };
          clusterId = (await client.post<{ id: string }>('/clusters', body)).id;
          report(`cluster ${clusterId} created`);
        }
        const location = await client.change('POST', '/nodes', { ...node, cluster: clusterId });
        nodeId = location?.split('/').at(-1);
        report(`node ${host} added (zone ${String(node.zone)})`);
      }
      for (const device of devices) {
        if (found?.devices.some((d) => d.name === device.name) === true) continue;
        await client.change('POST', '/devices', { ...device, node: nodeId });
        report(`device ${host}:${device.name} added`);
      }
    }
  }
}
