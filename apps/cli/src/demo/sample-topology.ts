import type { Topology } from '../client/topology.js';

/** Three nodes in three zones, two devices each: the smallest fleet on which replica 3 means something. */
export function sampleTopology(
  nodes: readonly { readonly manageHost: string; readonly storageHost: string; readonly devices: readonly string[] }[],
): Topology {
  return {
    clusters: [
      {
        file: true,
        block: true,
        nodes: nodes.map(({ manageHost, storageHost, devices }, index) => ({
          node: { hostnames: { manage: [manageHost], storage: [storageHost] }, zone: index + 1 },
          devices: devices.map((name) => ({ name })),
        })),
      },
    ],
  };
}
