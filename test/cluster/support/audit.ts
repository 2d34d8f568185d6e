import { z } from 'zod';
import type { NodeSnapshot } from '#node-simulator';
import type { Client } from './client.js';

const volumesSchema = z.object({ volumes: z.array(z.string()) });
const clustersSchema = z.object({ clusters: z.array(z.string()) });
const clusterSchema = z.object({ nodes: z.array(z.string()) });
const nodeSchema = z.object({ devices: z.array(z.object({ storage: z.object({ used: z.number() }) })) });
const volumeSchema = z.object({ name: z.string(), bricks: z.array(z.object({ id: z.string() })) });

/** What the API says there should be. */
export interface Inventory {
  readonly volumeIds: readonly string[];
  /** Names. */
  readonly volumes: readonly string[];
  readonly bricks: readonly string[];
  /** Of all devices. */
  readonly usedKiB: number;
}

/** Reads everything once more: the last word of the history. */
export async function takeInventory(client: Client): Promise<Inventory> {
  const read = async (path: string): Promise<unknown> => (await client.read(path)).json;
  const volumeIds = volumesSchema.parse(await read('/volumes')).volumes;
  const found = [];
  for (const id of volumeIds) found.push(volumeSchema.parse(await read(`/volumes/${id}`)));
  let usedKiB = 0;
  for (const clusterId of clustersSchema.parse(await read('/clusters')).clusters) {
    const { nodes } = clusterSchema.parse(await read(`/clusters/${clusterId}`));
    for (const nodeId of nodes) {
      const { devices } = nodeSchema.parse(await read(`/nodes/${nodeId}`));
      for (const { storage } of devices) usedKiB += storage.used;
    }
  }
  return {
    volumeIds,
    usedKiB,
    volumes: found.map(({ name }) => name),
    bricks: found.flatMap(({ bricks }) => bricks.map(({ id }) => id)),
  };
}

/** What is on the nodes and nobody's, or should be there and is not. Empty where both agree. */
export function leaks(inventory: Inventory, nodes: readonly NodeSnapshot[]): string[] {
  const bricks = inventory.bricks.map((id) => `brick_${id}`);
  const held = nodes.flatMap((node) => node.logicalVolumes.map(({ name }) => name));
  const pools = nodes.flatMap((node) => node.thinPools.map(({ name }) => name.replace('tp_', 'brick_')));
  const mounts = nodes.flatMap((node) => node.mounts.map(({ target }) => target.split('/').at(-1) ?? target));
  const fstab = nodes.flatMap((node) => node.fstab.match(/brick_[0-9a-f]{32}(?= xfs)/g) ?? []);
  const volumes = new Set(nodes.flatMap((node) => node.glusterVolumes.map(({ name }) => name)));
  const stopped = nodes.flatMap((node) =>
    node.glusterVolumes.filter(({ started }) => !started).map(({ name }) => name),
  );
  return [
    ...differences('logical volume', bricks, held),
    ...differences('thin pool', bricks, pools),
    ...differences('mount', bricks, mounts),
    ...differences('fstab line', bricks, fstab),
    ...differences('Gluster volume', inventory.volumes, [...volumes]),
    ...new Set(stopped.map((name) => `Gluster volume ${name} is stopped`)),
  ];
}

function differences(what: string, wanted: readonly string[], there: readonly string[]): string[] {
  const left = [...there];
  const missing = wanted.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [
    ...missing.map((name) => `${what} ${name} is missing`),
    ...left.map((name) => `${what} ${name} is left over`),
  ];
}
