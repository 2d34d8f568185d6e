import { isDrift } from '#drift';
import type { SimulatedNode } from '#node-simulator';
import { refusalOf } from '#test/refusal';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const replicated = { size: 1, durability: { type: 'replicate', replicate: { replica: 3 } } };

/** A node loses its power in the middle of an operation. The operation ends without it; what it owes is done when it is back. */
describe('a node that goes down in the middle of', () => {
  let system: SimulatedSystem;
  let empty: unknown;

  beforeAll(async () => {
    system = await startSimulatedSystem({ worker: { maxFailedRuns: 3, stepTries: 2 } });
    await system.loadAll();
    // The first brick on a device makes the folder that is removed with the device.
    await system.client.change('DELETE', (await create()) ?? '');
    empty = system.holdings();
  });
  afterEach(async () => {
    for (const node of system.simulator.nodes) {
      node.faults.clear();
      await node.setDown(false);
    }
    await cleaned();
  });
  afterAll(() => system.close());

  const create = (): Promise<string | null> => system.client.change('POST', '/volumes', replicated);
  const victim = (): SimulatedNode => system.simulator.nodes[2]!;
  const freeKiB = async (): Promise<number[]> => {
    const { devices } = await devicesOf(victim());
    return devices.map((device) => device.storage.free);
  };

  /** Who is away, what other requests call it, and what can be done. */
  const help = async (): Promise<unknown> => {
    const { id } = await devicesOf(victim());
    return expect.stringMatching(new RegExp(`node ${victim().manageHost} .*; check that .*[(]node id ${id}[)]`));
  };

  interface NodeInfo {
    readonly id: string;
    readonly hostnames: { readonly manage: readonly string[] };
    readonly devices: readonly { readonly id: string; readonly name: string; readonly storage: { free: number } }[];
  }

  async function devicesOf(node: SimulatedNode): Promise<NodeInfo> {
    for (const clusterId of (await system.client.get<{ clusters: string[] }>('/clusters')).clusters) {
      const { nodes } = await system.client.get<{ nodes: string[] }>(`/clusters/${clusterId}`);
      for (const id of nodes) {
        const info = await system.client.get<NodeInfo>(`/nodes/${id}`);
        if (info.hostnames.manage.includes(node.manageHost)) return info;
      }
    }
    throw new Error(`${node.name} is not in the system`);
  }

  /** The node goes down at the first command of this kind on any node, which has no effect where it is that node's own. */
  function downAt(match: RegExp): void {
    for (const node of system.simulator.nodes) {
      const hang = node.faults.add({ match, action: { kind: 'hang' } });
      void hang.firstHit.then(async () => {
        await victim().setDown(true);
        for (const each of system.simulator.nodes) each.faults.clear();
      });
    }
  }

  async function unfinished(): Promise<readonly { kind: string; status: string }[]> {
    return system.database.db.query<{ kind: string; status: string }>(
      "select kind, status from read_model.operation where status not in ('succeeded', 'failed')",
    );
  }
  async function cleaned(): Promise<void> {
    await expect.poll(unfinished, { timeout: 60_000, interval: 100 }).toEqual([]);
    expect((await system.check()).differences).toEqual([]);
  }
  /** What is owed is nobody's drift, neither while the node is away nor while it is being cleaned. */
  const noDrift = async (): Promise<void> => expect((await system.drift()).differences.filter(isDrift)).toEqual([]);
  const back = async (): Promise<void> => {
    await noDrift();
    await victim().setDown(false);
    await noDrift();
    await cleaned();
  };

  it.each([
    ['the making of a brick', /lvcreate/],
    ['the making of a filesystem', /mkfs\.xfs/],
    ['the creation of a volume', /volume create/],
  ])('%s: the create fails, and nothing is left when it is back', async (_what, command) => {
    const before = await freeKiB();
    downAt(command);
    expect(await refusalOf(create())).toEqual(await help());
    expect((await system.client.get<{ volumes: string[] }>('/volumes')).volumes).toEqual([]);
    expect((await system.check()).differences).toEqual([]);
    await back();
    expect(system.holdings()).toEqual(empty);
    expect(await freeKiB()).toEqual(before);
  });

  it('the removal of bricks: the delete succeeds at once for the client, and is done when it is back', async () => {
    const before = await freeKiB();
    const location = (await create()) ?? '';
    downAt(/umount/);
    expect(await refusalOf(system.client.change('DELETE', location))).toBeNull();
    expect((await system.client.get<{ volumes: string[] }>('/volumes')).volumes).toEqual([]);
    expect((await freeKiB())[0]).toBeLessThan(before[0] ?? 0);
    await back();
    expect(system.holdings()).toEqual(empty);
    expect(await freeKiB()).toEqual(before);
  });

  it('the stop of a volume: the delete fails, and the volume runs as it did', async () => {
    const location = (await create()) ?? '';
    const whole = system.holdings();
    downAt(/volume stop/);
    expect(await refusalOf(system.client.change('DELETE', location))).toEqual(await help());
    await back();
    expect(system.holdings()).toEqual(whole);
    await system.client.change('DELETE', location);
    expect(system.holdings()).toEqual(empty);
  });

  it.each([
    ['the making of a brick', /lvcreate/],
    ['the adding of bricks', /add-brick/],
  ])('%s for an expansion: it fails, and the volume is as it was when it is back', async (_what, command) => {
    const location = (await create()) ?? '';
    const whole = system.holdings();
    downAt(command);
    const expansion = system.client.change('POST', `${location}/expand`, { expand_size: 1 });
    expect(await refusalOf(expansion)).toEqual(await help());
    expect(await system.client.get(location)).toMatchObject({ size: 1 });
    await back();
    expect(system.holdings()).toEqual(whole);
    await system.client.change('DELETE', location);
    expect(system.holdings()).toEqual(empty);
  });

  it('the set-up of a device: it is not there, and the disk is as it was when it is back', async () => {
    const { id, devices } = await devicesOf(victim());
    const [device] = devices;
    await system.client.change('POST', `/devices/${device?.id ?? ''}/state`, { state: 'offline' });
    await system.client.change('POST', `/devices/${device?.id ?? ''}/state`, { state: 'failed' });
    await system.client.change('DELETE', `/devices/${device?.id ?? ''}`);
    const bare = system.holdings();
    const add = (): Promise<unknown> => system.client.change('POST', '/devices', { node: id, name: device?.name });
    downAt(/vgcreate/);
    expect(await refusalOf(add())).toEqual(await help());
    await back();
    expect(system.holdings()).toEqual(bare);
    await add();
    expect((await devicesOf(victim())).devices).toHaveLength(1);
  });
});
