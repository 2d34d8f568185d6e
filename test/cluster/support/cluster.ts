import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SimulatedNodes, startSimulatedNodes } from '#node-simulator';
import { freePort } from '#test/free-port';
import { type FragileRedis, startRedis } from '#test/redis-server';
import { LoadBalancer, REPLICAS } from './balancer.js';
import { Brickyard } from './brickyard.js';
import { loadNodes } from './load-nodes.js';
import { KillablePostgres } from './postgres.js';
import type { Program } from './program.js';

export interface ClusterSettings {
  readonly queue: 'postgres' | 'redis';
  /** At most as many as the load balancer knows. */
  readonly apis: number;
  readonly workers: number;
  /** Of three nodes with two devices each, brought in before clients are served; none for the mock executor. */
  readonly storageClusters: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The whole product as an operator runs it, on a database, a Redis and storage nodes of its own. */
export interface Cluster {
  /** Of the load balancer: where clients go. */
  readonly base: string;
  readonly loadBalancer: LoadBalancer;
  readonly apis: readonly Program[];
  readonly workers: readonly Program[];
  readonly postgres: KillablePostgres;
  readonly redis: FragileRedis | null;
  readonly simulator: SimulatedNodes;
  /** Runs `brickyard` with the settings of the cluster, to its end; its output. @throws Error with it where it fails */
  run(...args: string[]): Promise<string>;
  /** The last warnings of every process. */
  warnings(): Promise<string>;
  close(): Promise<void>;
}

/** Nothing is allocated: there is always room, so that "No space" would be a wrong answer. */
const DEVICE_SIZE_GIB = 100_000;

/** What has to be undone, newest first. */
type Undo = (() => Promise<unknown>)[];

/** Starts all of it; when it resolves, clients are served and the nodes are in. */
export async function startCluster(settings: ClusterSettings): Promise<Cluster> {
  const undo: Undo = [];
  const close = async (): Promise<void> => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    return await open(settings, undo, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(settings: ClusterSettings, undo: Undo, close: () => Promise<void>): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'brickyard-cluster-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const logs = join(folder, 'logs');
  await mkdir(logs);
  const { postgres, redis, simulator } = await openServers(settings, folder, undo);
  const env = { ...settings.env, QUEUE_BACKEND: settings.queue, REDIS_URL: redis?.url ?? '' };
  const brickyard = await Brickyard.open({ folder, logs, databaseUrl: postgres.url, simulator, env });
  undo.push(() => brickyard.killAll());
  await brickyard.run('migrate');
  const ports = await Promise.all(Array.from({ length: REPLICAS }, freePort));
  const apis = ports.slice(0, settings.apis).map((port, i) => brickyard.api(`api-${i + 1}`, port));
  const workers = Array.from({ length: settings.workers }, (_, i) => brickyard.worker(`worker-${i + 1}`));
  await Promise.all([...apis, ...workers].map((each) => each.start()));
  const loadBalancer = await LoadBalancer.before(ports, logs);
  undo.push(() => loadBalancer.program.end('SIGKILL'));
  await loadBalancer.program.start();
  if (settings.storageClusters > 0) await loadNodes(loadBalancer.base, simulator.nodes);
  return {
    base: loadBalancer.base,
    loadBalancer,
    apis,
    workers,
    postgres,
    redis,
    simulator,
    run: (...args) => brickyard.run(...args),
    warnings: async () => (await Promise.all([...apis, ...workers, loadBalancer.program].map(warningsOf))).join('\n'),
    close,
  };
}

async function openServers({ queue, storageClusters }: ClusterSettings, folder: string, undo: Undo) {
  const postgres = await KillablePostgres.start(join(folder, 'data'));
  undo.push(() => postgres.stop());
  const redis = queue === 'redis' ? await startRedis() : null;
  if (redis !== null) undo.push(() => redis.stop());
  else if (queue === 'redis') throw new Error('there is no redis-server on the PATH');
  const simulator = await startSimulatedNodes({
    count: Math.max(1, storageClusters * 3),
    deviceSizeGiB: DEVICE_SIZE_GIB,
  });
  undo.push(() => simulator.close());
  return { postgres, redis, simulator };
}

async function warningsOf(program: Program): Promise<string> {
  const lines = (await program.lastLines(4000))
    .split('\n')
    .filter((line) => !/"level":"?(30|info|20|debug)/.test(line));
  return `--- ${program.name} (${program.starts} starts)\n${lines.slice(-30).join('\n')}`;
}
