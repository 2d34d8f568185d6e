import { once } from 'node:events';
import type { FaultHandle } from '#node-simulator';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { WorkerProcesses } from '#test/worker-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const body = { size: 1, durability: { type: 'replicate', replicate: { replica: 3 } } };
const DRAIN_TIMEOUT_MS = 8000;

describe('a worker that is asked to stop in the middle of a create', () => {
  let system: SimulatedSystem;
  let workers: WorkerProcesses;

  const start = () => workers.start({ BRICKYARD_DRAIN_TIMEOUT_MS: DRAIN_TIMEOUT_MS.toString() });
  beforeAll(async () => {
    system = await startSimulatedSystem({ worker: null });
    workers = await WorkerProcesses.on(system);
    start();
    await system.loadAll();
  });
  afterAll(async () => {
    await workers.close();
    await system.close();
  });

  const held = async (): Promise<number> =>
    (await system.database.db.query('select from brickyard.lease where until > clock_timestamp()')).length;
  const stopWhileOneHangs = async (): Promise<{ created: Promise<string | null>; hangs: FaultHandle[] }> => {
    const hangs = system.simulator.nodes.map((node) =>
      node.faults.add({ match: /lvcreate/, action: { kind: 'hang' } }),
    );
    const created = system.client.change('POST', '/volumes', body);
    await Promise.all(hangs.map(({ firstHit }) => firstHit));
    workers.newest.kill('SIGTERM');
    return { created, hangs };
  };

  it('lets running steps end, gives everything back and exits with 0; another one goes on at once', async () => {
    const stopped = workers.newest;
    const { created, hangs } = await stopWhileOneHangs();
    for (const hang of hangs) hang.release();
    expect(await once(stopped, 'exit')).toEqual([0, null]);
    expect(await held()).toBe(0);
    start();
    expect(await system.client.get((await created) ?? '')).toMatchObject({ size: 1 });
  });

  it('cuts off what does not end, exits with 0 within its time; another one goes on', async () => {
    const stopped = workers.newest;
    const askedAt = performance.now();
    const { created } = await stopWhileOneHangs();
    expect(await once(stopped, 'exit')).toEqual([0, null]);
    expect(performance.now() - askedAt).toBeLessThan(DRAIN_TIMEOUT_MS + 2000);
    for (const node of system.simulator.nodes) node.faults.clear();
    start();
    expect(await system.client.get((await created) ?? '')).toMatchObject({ size: 1 });
    for (const node of Object.values(system.simulator.snapshot())) expect(node.mounts).toHaveLength(2);
  });
});
