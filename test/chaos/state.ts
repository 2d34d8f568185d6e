import type { NodeSnapshot } from '#node-simulator';
import type { Inventory } from './inventory.js';

/** What the nodes hold and what the API tells, without the ids that every run makes anew: equal states compare equal. */
export interface PlainState {
  readonly nodes: unknown;
  readonly told: unknown;
}

type Holdings = Readonly<Record<string, NodeSnapshot>>;

export async function plainState(inventory: Inventory, holdings: Holdings): Promise<PlainState> {
  const told = { nodes: await inventory.nodes(), volumes: await inventory.volumes() };
  return { nodes: plain(Object.values(holdings).map(withLines)), told: plain(told) };
}

/** Folders of devices that had a brick once stay until the device goes, and are nothing to compare. */
function withLines(node: NodeSnapshot): object {
  return { ...node, fstab: node.fstab.split('\n'), folders: [] };
}

const ID = /[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9]{6}(-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}/g;

/** Ids are gone, lists are in an order that does not come from them. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(ID, '<id>');
  if (Array.isArray(value)) {
    return value.map(plain).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key.replace(ID, '<id>'), plain(each)]));
}
