import type { HeketiClient } from '../../apps/cli/src/client/heketi-client.js';

export interface NodeInfo {
  readonly id: string;
  readonly cluster: string;
  readonly state: string;
  readonly hostnames: { readonly manage: readonly string[]; readonly storage: readonly string[] };
  readonly devices: readonly { readonly id: string; readonly name: string; readonly state: string }[];
}

export interface Member {
  readonly manageHost: string;
  readonly storageHost: string;
  readonly devices: readonly string[];
}

/** A node with disks, as the simulator has it. */
interface Machine {
  readonly manageHost: string;
  readonly storageHost: string;
  readonly devices: readonly { readonly path: string }[];
}

/** What the system holds, as its API tells it, and how to bring it back to where every case begins. */
export class Inventory {
  constructor(
    private readonly client: HeketiClient,
    readonly machines: readonly Machine[],
    readonly members: readonly Member[],
  ) {}

  /** @returns the path of what was made; that of the list where the API gives none */
  async create(path: string, body: object): Promise<string> {
    return (await this.client.change('POST', path, body)) ?? path;
  }

  async clusterId(): Promise<string> {
    const { clusters } = await this.client.get<{ clusters: string[] }>('/clusters');
    return clusters[0] ?? '';
  }

  async nodes(): Promise<NodeInfo[]> {
    const { nodes } = await this.client.get<{ nodes: string[] }>(`/clusters/${await this.clusterId()}`);
    return Promise.all(nodes.map((id) => this.client.get<NodeInfo>(`/nodes/${id}`)));
  }

  async volumes(): Promise<{ readonly id: string }[]> {
    const { volumes } = await this.client.get<{ volumes: string[] }>('/volumes');
    return Promise.all(volumes.map((id) => this.client.get<{ id: string }>(`/volumes/${id}`)));
  }

  /** Offline, then failed: from there it can be deleted. */
  async retire(path: string): Promise<void> {
    for (const state of ['offline', 'failed']) await this.client.change('POST', `${path}/state`, { state });
  }

  /** No volume, no spare node, no spare disk, everything online. */
  async restore(): Promise<void> {
    for (const { id } of await this.volumes()) await this.client.change('DELETE', `/volumes/${id}`);
    for (const node of await this.nodes()) {
      const member = this.members.find(({ manageHost }) => node.hostnames.manage.includes(manageHost));
      await this.#restoreState(`/nodes/${node.id}`, node.state);
      for (const device of node.devices) {
        const path = `/devices/${device.id}`;
        await this.#restoreState(path, device.state);
        if (member?.devices.includes(device.name) === true) continue;
        await this.retire(path);
        await this.client.change('DELETE', path);
      }
      if (member === undefined) await this.client.change('DELETE', `/nodes/${node.id}`);
    }
  }

  async #restoreState(path: string, state: string): Promise<void> {
    if (state === 'failed') await this.client.change('POST', `${path}/state`, { state: 'offline' });
    if (state !== 'online') await this.client.change('POST', `${path}/state`, { state: 'online' });
  }
}

/** The disk that is not in use, of the first member. */
export async function spareDisk(inventory: Inventory): Promise<{ nodeId: string; name: string }> {
  const [member] = inventory.members;
  const machine = inventory.machines.find(({ manageHost }) => manageHost === member?.manageHost);
  const name = machine?.devices.find(({ path }) => member?.devices.includes(path) !== true)?.path;
  const node = (await inventory.nodes()).find(({ hostnames }) => hostnames.manage[0] === member?.manageHost);
  if (name === undefined || node === undefined) throw new Error('there is no spare disk');
  return { nodeId: node.id, name };
}

/** The description of the node that is no member yet. */
export async function spareNode(inventory: Inventory): Promise<object> {
  const taken = inventory.members.map(({ manageHost }) => manageHost);
  const machine = inventory.machines.find(({ manageHost }) => !taken.includes(manageHost));
  if (machine === undefined) throw new Error('there is no spare node');
  const hostnames = { manage: [machine.manageHost], storage: [machine.storageHost] };
  return { cluster: await inventory.clusterId(), zone: 1, hostnames };
}

export async function newest(inventory: Inventory, nodeId: string, name: string): Promise<string> {
  const node = (await inventory.nodes()).find(({ id }) => id === nodeId);
  const device = node?.devices.find((each) => each.name === name);
  if (device === undefined) throw new Error(`there is no device ${name}`);
  return device.id;
}
