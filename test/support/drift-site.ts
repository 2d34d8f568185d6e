import type { SimulatedNode } from '#node-simulator';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';

type Alter = Parameters<Parameters<SimulatedNode['alter']>[0]>;
export type NodeState = Alter[0];
export type WorldState = Alter[1];

/** Nodes with a history: what is there, and what was there once. */
export interface DriftSite {
  readonly system: SimulatedSystem;
  /** All nodes as they were before the volume `gone`, a device of the second node and the fourth node were deleted. */
  readonly old: WorldState;
  /** The deleted device's physical volume, on the second node. */
  readonly oldPvUuid: string;
  /** The nodes that are left, in order. */
  readonly nodes: readonly [SimulatedNode, SimulatedNode, SimulatedNode];
  /** Everything as it is now, to go back to. */
  restore(): void;
}

const replica3 = { type: 'replicate', replicate: { replica: 3 } };

/**
 * Three nodes with two devices each (the second one: one), and a volume `kept` of two brick sets. There were a volume `gone`, a
 * second device of the second node, and a fourth node.
 */
export async function startDriftSite(): Promise<DriftSite> {
  const system = await startSimulatedSystem({ simulator: { count: 4, devicesPerNode: 2 } });
  const { client, simulator } = system;
  const [first, second, third, fourth] = simulator.nodes as [
    SimulatedNode,
    SimulatedNode,
    SimulatedNode,
    SimulatedNode,
  ];
  await system.loadAll();
  await removeNode(system, fourth.manageHost);
  const [unused] = await devicesOf(system, second.manageHost);
  await client.change('POST', `/devices/${unused!.id}/state`, { state: 'offline' });
  const kept = await client.change('POST', '/volumes', { size: 1, name: 'kept', durability: replica3, gid: 2000 });
  await client.change('POST', `${kept ?? ''}/expand`, { expand_size: 1 });
  const gone = await client.change('POST', '/volumes', { size: 1, name: 'gone', durability: replica3 });
  const old = worldOf(first);
  await client.change('DELETE', gone ?? '');
  await removeDevice(system, unused!.id);
  const now = worldOf(first);
  const oldState = old.nodes[1]!;
  const group = oldState.volumeGroups.find(({ name }) => name === `vg_${unused!.id}`);
  const disk = oldState.devices.find(({ path }) => path === group?.devicePaths[0]);
  return {
    system,
    old,
    oldPvUuid: disk?.physicalVolume?.uuid ?? '',
    nodes: [first, second, third],
    restore: () => first.alter((_, world) => Object.assign(world, restored(world, now))),
  };
}

/** All nodes as they are now: a copy. */
export function worldOf(node: SimulatedNode): WorldState {
  let copy: WorldState | null = null;
  node.alter((_, world) => (copy = structuredClone(world)));
  return copy!;
}

/** The nodes keep their identity: the simulator holds on to the objects. */
function restored(world: WorldState, to: WorldState): Partial<WorldState> {
  world.nodes.forEach((node, index) => Object.assign(node, structuredClone(to.nodes[index])));
  return { pools: structuredClone(to.pools) };
}

interface NodeInfo {
  readonly id: string;
  readonly hostnames: { readonly manage: readonly string[] };
  readonly devices: readonly { readonly id: string; readonly name: string }[];
}

async function nodeOf({ client }: SimulatedSystem, host: string): Promise<NodeInfo> {
  const { clusters } = await client.get<{ clusters: string[] }>('/clusters');
  const { nodes } = await client.get<{ nodes: string[] }>(`/clusters/${clusters[0]!}`);
  const infos = await Promise.all(nodes.map((id) => client.get<NodeInfo>(`/nodes/${id}`)));
  return infos.find(({ hostnames }) => hostnames.manage.includes(host))!;
}

async function devicesOf(system: SimulatedSystem, host: string): Promise<NodeInfo['devices']> {
  return (await nodeOf(system, host)).devices;
}

export async function removeDevice({ client }: SimulatedSystem, id: string): Promise<void> {
  await client.change('POST', `/devices/${id}/state`, { state: 'offline' });
  await client.change('POST', `/devices/${id}/state`, { state: 'failed' });
  await client.change('DELETE', `/devices/${id}`);
}

export async function removeNode(system: SimulatedSystem, host: string): Promise<void> {
  const { id, devices } = await nodeOf(system, host);
  for (const device of devices) await removeDevice(system, device.id);
  await system.client.change('DELETE', `/nodes/${id}`);
}
