import type { OperationKind } from '#domain';
import type { FaultAction } from '#node-simulator';
import { owedBy } from './owed.js';
import { newest, spareDisk, spareNode, type Inventory } from './inventory.js';
import type { Happening, Wish } from './wish.js';
import type { ChaosWorld } from './world.js';

/** Something that goes wrong for good with a command, on every node, from its nth occurrence on: what was done has to be undone. */
export interface Obstacle {
  readonly label: string;
  readonly from: number;
  /** One after the other; the last one from then on. */
  readonly actions: readonly [FaultAction, ...FaultAction[]];
}

/** One way in which an operation of a kind goes. */
export interface Variant {
  /** The first word of its cases' names. */
  readonly name: string;
  readonly kind: OperationKind;
  /** Brings about what is needed before it, undisturbed. */
  readonly prepare: (inventory: Inventory, world: ChaosWorld) => Promise<Wish | Happening>;
  readonly obstacle?: Obstacle;
  /** Somebody cancels it while this command is on a node for the first time: what was done has to be undone. */
  readonly cancelDuring?: string;
  /** It ends as it is accepted: a sample looks at its few cases on both queues. */
  readonly brief?: true;
  /**
   * Phases that another variant has as well, where each of their commands is struck in every way. Here each way strikes one of
   * them, as the seed says.
   */
  readonly shares?: readonly string[];
}

const refused: FaultAction = { kind: 'fail', exitCode: 1, stderr: 'the node said no\n' };
/** It happens, and nobody is told. */
const unheard: FaultAction = { kind: 'drop-after' };

const replicated = { size: 1, durability: { type: 'replicate', replicate: { replica: 3 } }, gid: 2000 };
/** Two GiB a set, as bricks are at most one; sets are added one by one. */
const dispersed = { size: 2, durability: { type: 'disperse', disperse: { data: 2, redundancy: 1 } } };

const createVolume = (): Promise<Wish> => Promise.resolve({ method: 'POST', path: '/volumes', body: replicated });

async function expand(inventory: Inventory, volume: object, sizeGiB: number): Promise<Wish> {
  const path = await inventory.create('/volumes', volume);
  return { method: 'POST', path: `${path}/expand`, body: { expand_size: sizeGiB } };
}

async function deleteVolume(inventory: Inventory): Promise<Wish> {
  return { method: 'DELETE', path: await inventory.create('/volumes', replicated) };
}

async function addDevice(inventory: Inventory): Promise<Wish> {
  const { nodeId, name } = await spareDisk(inventory);
  return { method: 'POST', path: '/devices', body: { node: nodeId, name } };
}

async function deviceAdded(inventory: Inventory): Promise<string> {
  const { nodeId, name } = await spareDisk(inventory);
  await inventory.create('/devices', { node: nodeId, name });
  return `/devices/${await newest(inventory, nodeId, name)}`;
}

async function deleteDevice(inventory: Inventory): Promise<Wish> {
  const path = await deviceAdded(inventory);
  await inventory.retire(path);
  return { method: 'DELETE', path };
}

async function nodeAdded(inventory: Inventory): Promise<string> {
  return inventory.create('/nodes', await spareNode(inventory));
}

/** Every kind of operation has its rows here: one that is added without does not compile. */
export const scenarios: Readonly<Record<OperationKind, readonly Variant[]>> = {
  'node-add': [
    {
      name: 'node-add',
      kind: 'node-add',
      prepare: async (inventory) => ({ method: 'POST', path: '/nodes', body: await spareNode(inventory) }),
    },
    {
      name: 'node-add-undone',
      kind: 'node-add',
      prepare: async (inventory) => ({ method: 'POST', path: '/nodes', body: await spareNode(inventory) }),
      // The third look is at the new peer.
      obstacle: { label: 'pool list', from: 3, actions: [refused] },
    },
  ],
  'node-delete': [
    {
      name: 'node-delete',
      kind: 'node-delete',
      prepare: async (inventory) => ({ method: 'DELETE', path: await nodeAdded(inventory) }),
    },
    {
      name: 'node-delete-undone',
      kind: 'node-delete',
      prepare: async (inventory) => ({ method: 'DELETE', path: await nodeAdded(inventory) }),
      obstacle: { label: 'peer detach', from: 1, actions: [unheard, refused] },
    },
  ],
  'node-state': [
    {
      name: 'node-state',
      kind: 'node-state',
      brief: true,
      prepare: async (inventory) => {
        const [node] = await inventory.nodes();
        return { method: 'POST', path: `/nodes/${node?.id ?? ''}/state`, body: { state: 'offline' } };
      },
    },
  ],
  'device-add': [
    { name: 'device-add', kind: 'device-add', prepare: addDevice },
    {
      name: 'device-add-undone',
      kind: 'device-add',
      prepare: addDevice,
      obstacle: { label: 'vgs', from: 1, actions: [refused] },
    },
  ],
  'device-delete': [{ name: 'device-delete', kind: 'device-delete', prepare: deleteDevice }],
  'device-state': [
    {
      name: 'device-state',
      kind: 'device-state',
      brief: true,
      prepare: async (inventory) => {
        const [node] = await inventory.nodes();
        const [device] = node?.devices ?? [];
        return { method: 'POST', path: `/devices/${device?.id ?? ''}/state`, body: { state: 'offline' } };
      },
    },
  ],
  'device-resync': [
    {
      name: 'device-resync',
      kind: 'device-resync',
      prepare: async (inventory) => ({ method: 'GET', path: `${await deviceAdded(inventory)}/resync` }),
    },
  ],
  'volume-create': [
    { name: 'volume-create', kind: 'volume-create', prepare: createVolume },
    {
      name: 'volume-create-undone',
      kind: 'volume-create',
      prepare: createVolume,
      obstacle: { label: 'volume start', from: 1, actions: [refused] },
    },
    {
      name: 'volume-create-cancelled',
      kind: 'volume-create',
      shares: ['bricks', 'undo-bricks'],
      prepare: createVolume,
      cancelDuring: 'volume create',
    },
  ],
  'volume-expand': [
    {
      name: 'volume-expand',
      kind: 'volume-expand',
      shares: ['bricks'],
      prepare: (inventory) => expand(inventory, replicated, 1),
    },
    {
      name: 'volume-expand-undone',
      kind: 'volume-expand',
      shares: ['bricks', 'undo-bricks'],
      // The first of two sets gets in.
      prepare: (inventory) => expand(inventory, dispersed, 4),
      obstacle: { label: 'volume add-brick', from: 2, actions: [refused] },
    },
  ],
  'volume-delete': [
    { name: 'volume-delete', kind: 'volume-delete', prepare: deleteVolume },
    {
      name: 'volume-delete-undone',
      kind: 'volume-delete',
      prepare: deleteVolume,
      obstacle: { label: 'volume delete', from: 1, actions: [refused] },
    },
    {
      name: 'volume-delete-cancelled',
      kind: 'volume-delete',
      prepare: deleteVolume,
      cancelDuring: 'volume stop',
    },
  ],
  cleanup: [
    {
      name: 'cleanup-finish',
      kind: 'cleanup',
      shares: ['bricks'],
      prepare: async (inventory, world) => owedBy(world, await deleteVolume(inventory), ['umount']),
    },
    {
      name: 'cleanup-undo',
      kind: 'cleanup',
      shares: ['bricks'],
      prepare: async (_, world) => owedBy(world, await createVolume(), ['volume start', 'volume delete']),
    },
  ],
};

/** Whether what it does is undone again. */
export function isUndone({ obstacle, cancelDuring }: Variant): boolean {
  return obstacle !== undefined || cancelDuring !== undefined;
}

export const variants: readonly Variant[] = Object.values(scenarios).flat();
