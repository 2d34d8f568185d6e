import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const body = { size: 1, durability: { type: 'replicate', replicate: { replica: 3 } } };

/** A worker in a process of its own, as `brickyard worker` starts it, so that SIGKILL really ends it in the middle of a word. */
describe('a worker that is killed in the middle of a create', () => {
  let system: SimulatedSystem;
  let folder: string;
  const workers: ChildProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brickyard-worker-'));
    system = await startSimulatedSystem({ worker: null });
    await writeFile(join(folder, 'key'), system.simulator.clientPrivateKey ?? '', { mode: 0o600 });
    startWorker();
    await system.loadAll();
  });
  afterAll(async () => {
    for (const worker of workers) worker.kill('SIGKILL');
    await Promise.all(workers.map(ended));
    await system.close();
    await rm(folder, { recursive: true, force: true });
  });

  function startWorker(): ChildProcess {
    const main = fileURLToPath(new URL('../../bin/brickyard.mjs', import.meta.url));
    const worker = spawn(process.execPath, [main, 'worker'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        DATABASE_URL: system.database.ownerUrl,
        QUEUE_BACKEND: 'postgres',
        HEKETI_EXECUTOR: 'ssh',
        HEKETI_SSH_KEYFILE: join(folder, 'key'),
        HEKETI_SSH_USER: 'root',
        HEKETI_SSH_PORT: String(system.simulator.port),
        BRICKYARD_AUTH: 'disabled',
        BRICKYARD_LEASE_TTL_MS: '1000',
        BRICKYARD_RECONCILE_INTERVAL_MS: '200',
        LOG_LEVEL: 'error',
      },
    });
    workers.push(worker);
    return worker;
  }

  const ended = (worker: ChildProcess): Promise<unknown> =>
    worker.exitCode !== null || worker.signalCode !== null
      ? Promise.resolve()
      : new Promise((resolve) => worker.once('exit', resolve));

  it.each([
    ['while a brick is made', /lvcreate/],
    ['while a filesystem is made', /mkfs\.xfs/],
    ['while the volume is created', /volume create/],
    ['while the volume is started', /volume start/],
  ])('%s is followed by one that finishes the volume', async (_when, command) => {
    const hangs = system.simulator.nodes.map((node) => node.faults.add({ match: command, action: { kind: 'hang' } }));
    const created = system.client.change('POST', '/volumes', body);
    await Promise.race(hangs.map((hang) => hang.firstHit));
    const killed = workers.at(-1);
    killed?.kill('SIGKILL');
    if (killed !== undefined) await ended(killed);
    for (const node of system.simulator.nodes) node.faults.clear();
    startWorker();
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
