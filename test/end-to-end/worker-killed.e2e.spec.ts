import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { WorkerProcesses } from '#test/worker-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const body = { size: 1, durability: { type: 'replicate', replicate: { replica: 3 } } };
const quick = { BRICKYARD_LEASE_TTL_MS: '1000', BRICKYARD_RECONCILE_INTERVAL_MS: '200' };

let system: SimulatedSystem;
let workers: WorkerProcesses;

beforeAll(async () => {
  system = await startSimulatedSystem({ worker: null });
  workers = await WorkerProcesses.on(system);
  workers.start(quick);
  await system.loadAll();
});
afterAll(async () => {
  await workers.close();
  await system.close();
});

describe('a worker that is killed in the middle of a create', () => {
  it.each([
    ['while a brick is made', /lvcreate/],
    ['while a filesystem is made', /mkfs\.xfs/],
    ['while the volume is created', /volume create/],
    ['while the volume is started', /volume start/],
  ])('%s is followed by one that finishes the volume', async (_when, command) => {
    const hangs = system.simulator.nodes.map((node) => node.faults.add({ match: command, action: { kind: 'hang' } }));
    const created = system.client.change('POST', '/volumes', body);
    await Promise.race(hangs.map((hang) => hang.firstHit));
    await workers.kill(workers.newest);
    for (const node of system.simulator.nodes) node.faults.clear();
    workers.start(quick);
    const location = (await created) ?? '';
    expect(await system.client.get(location)).toMatchObject({ size: 1 });
    for (const node of Object.values(system.simulator.snapshot())) {
      expect(node.mounts).toHaveLength(1);
      expect(node.fstab.split('\n').filter((line) => line.includes('brick_'))).toHaveLength(1);
      expect(node.glusterVolumes).toMatchObject([{ started: true }]);
    }
    await system.client.change('DELETE', location);
    for (const node of Object.values(system.simulator.snapshot())) {
      expect(node).toMatchObject({ logicalVolumes: [], thinPools: [], mounts: [], glusterVolumes: [] });
    }
    expect((await system.check()).differences).toEqual([]);
  });
});

it('leaves the reconciler and its operation to another one within seconds, with the settings as they come', async () => {
  const duty = async (): Promise<string | undefined> => {
    const [row] = await system.database.db.query<{ owner: string | null }>(
      "select owner from brickyard.lease where key = 'duty/reconciler' and until > now()",
    );
    return row?.owner ?? undefined;
  };
  await workers.kill(workers.newest);
  await expect.poll(duty, { timeout: 30_000 }).toBeUndefined();
  const doomed = workers.start();
  await expect.poll(duty, { timeout: 30_000 }).toContain(String(doomed.pid));
  const [first] = system.simulator.nodes;
  const hang = first?.faults.add({ match: /lvcreate/, action: { kind: 'hang' } });
  const created = system.client.change('POST', '/volumes', body);
  await hang?.firstHit;
  const heir = workers.start();
  await workers.kill(doomed);
  const killedAt = performance.now();
  first?.faults.clear();
  const after = (): number => Math.round(performance.now() - killedAt);
  await expect.poll(duty, { timeout: 60_000 }).toContain(String(heir.pid));
  process.stdout.write(`the reconciler moved ${after()} ms after the kill\n`);
  const location = (await created) ?? '';
  process.stdout.write(`the operation had ended ${after()} ms after the kill\n`);
  await system.client.change('DELETE', location);
  expect((await system.check()).differences).toEqual([]);
}, 120_000);
