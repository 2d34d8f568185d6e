import { setTimeout as delay } from 'node:timers/promises';
import type { OperationEvent, OperationKind } from '#domain';
import { PostgresEventStore } from '#event-store';
import type { Database } from '#kernel';
import type { SimulatedNode } from '#node-simulator';
import { PostgresLeases, type QueueConnection, type WorkerConfig } from '#operations';
import { ask, type HttpAnswer, testKeys } from '#test/http-client';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { loadTopology } from '../../apps/cli/src/client/topology.js';
import { sampleTopology } from '../../apps/cli/src/demo/sample-topology.js';
import type { ChaosProcess } from './chaos-process.js';
import { ProcessPool } from './process-pool.js';
import { openTestQueue, type TestQueue } from './test-queue.js';

export type Backend = TestQueue['backend'];

/** The members of the cluster when nothing has been asked for; one more node, and a second disk on each, are spare. */
const MEMBERS = 3;
const FIRST_DISK = 0;

/** Impatient: a lost lease is taken over within a second or so. */
const impatient = {
  leaseTtlMs: 800,
  stepRetryMs: 10,
  retryMs: 50,
  retryLimitMs: 200,
  graceMs: 150,
  busyRetryMs: 100,
  reconcileMs: 100,
  maxFailedRuns: 6,
};
/** Shorter than the lease, so that BullMQ gives a stalled worker's job to another one as well. */
const queueTiming = { lockDurationMs: 600, stalledIntervalMs: 300 };

/** Small bricks: a volume of a few GiB has several sets of them. */
const BRICK_MAX_GIB = 1;
const END_WITHIN_MS = 30_000;
const POLL_MS = 50;

/** A whole system in miniature: Postgres, a queue, simulated nodes, two replicas of the API, and a worker in a process of its own. */
export class ChaosWorld {
  readonly #eventStore = new PostgresEventStore();
  readonly #workers = new ProcessPool('worker', 1);
  readonly #apis = new ProcessPool('api', 1);
  #worker: ChaosProcess | null = null;

  private constructor(
    readonly system: SimulatedSystem,
    readonly queue: TestQueue,
    private readonly owner: Database,
    private readonly otherReplica: string,
  ) {}

  static async open(backend: Backend): Promise<ChaosWorld> {
    const queue = await openTestQueue(backend);
    const system = await startSimulatedSystem({
      worker: null,
      simulator: { count: MEMBERS + 1, devicesPerNode: 2 },
      queue: ({ ownerUrl }) => queue.connection(ownerUrl),
      config: { brickMaxGiB: BRICK_MAX_GIB },
    });
    const replica = await system.replica();
    const world = new ChaosWorld(system, queue, await system.database.connect('owner', 4), replica.base);
    await world.worker();
    await loadTopology(system.client, sampleTopology(world.members()), () => undefined);
    return world;
  }

  async close(): Promise<void> {
    await Promise.all([this.#workers.close(), this.#apis.close()]);
    await this.system.close();
    await this.queue.close();
  }

  get nodes(): readonly SimulatedNode[] {
    return this.system.simulator.nodes;
  }

  get replicas(): readonly string[] {
    return [this.system.base, this.otherReplica];
  }

  /** The nodes and disks that are there when nothing has been asked for. */
  members(): { manageHost: string; storageHost: string; devices: string[] }[] {
    return this.nodes.slice(0, MEMBERS).map(({ manageHost, storageHost, devices }) => ({
      manageHost,
      storageHost,
      devices: devices.slice(FIRST_DISK, FIRST_DISK + 1).map(({ path }) => path),
    }));
  }

  /** The worker at work; another one where there is none. */
  async worker(): Promise<ChaosProcess> {
    if (this.#worker?.alive !== true) await this.nextWorker();
    return this.#worker!;
  }

  /** One more worker, which is the one at work from now on. */
  async nextWorker(settings: Partial<WorkerConfig> = {}): Promise<void> {
    const next = this.#workers.take();
    await next.work({ ...this.#common(next), worker: { ...impatient, ...settings }, queueTiming });
    this.#worker = next;
  }

  /** Kills the worker at work. */
  async dropWorker(): Promise<void> {
    await this.#worker?.kill();
  }

  /** A replica of the API in a process of its own, and its address. */
  async api(): Promise<{ readonly api: ChaosProcess; readonly base: string }> {
    const api = this.#apis.take();
    const environment = { HEKETI_ADMIN_KEY: testKeys.admin, HEKETI_USER_KEY: testKeys.user };
    const overrides = { brickMaxGiB: BRICK_MAX_GIB };
    return { api, base: await api.work({ ...this.#common(api), environment, overrides }) };
  }

  /** Ends every session of the process, whatever it is in the middle of. */
  async cutDatabase({ name }: ChaosProcess): Promise<void> {
    await this.owner.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
      name,
    ]);
  }

  async wipeQueue(): Promise<void> {
    await this.queue.wipe(this.owner);
  }

  /** Polls until the operation has ended. */
  async endOf(location: string, base = this.system.base): Promise<HttpAnswer> {
    const deadline = performance.now() + END_WITHIN_MS;
    for (;;) {
      const answer = await ask(base, 'GET', location);
      if (answer.status !== 200 || answer.headers['x-pending'] !== 'true') return answer;
      if (performance.now() > deadline) throw new Error(`${location} has not ended within ${END_WITHIN_MS / 1000} s`);
    }
  }

  /** Until nothing is left to be done, also of what follows from operations that have ended. */
  async settled(): Promise<void> {
    const deadline = performance.now() + END_WITHIN_MS;
    for (;;) {
      const open = await this.owner.query<{ id: string }>(
        "select id from read_model.operation where status not in ('succeeded', 'failed')",
      );
      if (open.length === 0) return;
      if (performance.now() > deadline) throw new Error(`${JSON.stringify(open)} has not ended`);
      await delay(POLL_MS);
    }
  }

  /** Waits until nobody has them, and takes them for so long. */
  async holdLeases(keys: readonly string[], ttlMs: number): Promise<{ release(): Promise<void> }> {
    const leases = new PostgresLeases(this.owner);
    const deadline = performance.now() + END_WITHIN_MS;
    for (;;) {
      const lease = await leases.claim(keys, 'chaos', ttlMs);
      if (lease !== null) return { release: () => leases.release(lease) };
      if (performance.now() > deadline) throw new Error(`${keys.join(', ')} are held by somebody`);
      await delay(POLL_MS);
    }
  }

  /** Operations of the kind that the log has, oldest first. */
  async operations(kind: OperationKind): Promise<string[]> {
    const rows = await this.owner.query<{ id: string }>(
      `select stream_id as id from brickyard.event
       where type = 'OperationAccepted' and data->>'kind' = $1 order by global_position`,
      [kind],
    );
    return rows.map(({ id }) => id);
  }

  async eventsOf(operationId: string): Promise<OperationEvent[]> {
    const recorded = await this.#eventStore.readStream(this.owner, 'operation', operationId);
    return recorded.map(({ event }) => event as OperationEvent);
  }

  #common({ name }: ChaosProcess): {
    name: string;
    databaseUrl: string;
    queue: QueueConnection;
    ssh: object;
    retry: object;
  } {
    const databaseUrl = new URL(this.system.database.ownerUrl);
    databaseUrl.searchParams.set('application_name', name);
    const { port, clientPrivateKey: privateKey } = this.system.simulator;
    return {
      name,
      databaseUrl: databaseUrl.href,
      queue: this.queue.connection(databaseUrl.href),
      ssh: { user: 'root', port, privateKey },
      retry: { firstDelayMs: 10 },
    };
  }
}
