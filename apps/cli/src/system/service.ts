import { setTimeout as delay } from 'node:timers/promises';
import { createApi, databaseCheck, queueCheck } from '#api';
import type { Config } from '#config';
import {
  assertLogOrderIntact,
  assertMigrated,
  type DatabaseHealth,
  type LogNotifier,
  openDatabase,
  PostgresEventStore,
  readInstallationId,
} from '#event-store';
import { type Database, type Logger, systemClock } from '#kernel';
import { migrations } from '#migrations';
import { createTelemetry, type Telemetry } from '#observability';
import { AnswerRecords, BullMqOperationQueue, kick, type OperationQueue } from '#operations';
import { PostgresLedger, PostgresQueries } from '#read-model';
import type { StorageNodes } from '#storage-nodes';
import { createWorker } from '#worker';
import { version } from '../version.js';
import { Closing } from './closing.js';
import { openNodes } from './nodes.js';
import type { PostgresAddress } from './postgres.js';

/** Which halves of the system a process runs. */
export interface Roles {
  readonly api: boolean;
  readonly worker: boolean;
}

export interface Service {
  /** Where the API listens; null without one. */
  readonly url: string | null;
  /**
   * Lets go of work and connections: readiness off, requests answered, jobs and leases handed back.
   * @param drainDelayMs how long the API goes on answering first, so that load balancers notice
   */
  close(drainDelayMs?: number): Promise<void>;
}

interface Backbone {
  readonly config: Config;
  readonly logger: Logger;
  readonly database: Database;
  readonly health: DatabaseHealth;
  readonly eventStore: PostgresEventStore;
  readonly ledger: PostgresLedger;
  readonly queries: PostgresQueries;
  readonly nodes: StorageNodes;
  readonly queue: OperationQueue;
  readonly notifier: LogNotifier;
  readonly telemetry: Telemetry;
}

/**
 * Starts the given halves on a database that is migrated. What was opened is closed again where a later part fails.
 * @throws MigrationsPending, RestoreFixupNeeded, ConfigError, or what the port says
 */
export async function startService(
  config: Config,
  address: PostgresAddress,
  roles: Roles,
  logger: Logger,
): Promise<Service> {
  const [api, worker, rest] = [new Closing(logger), new Closing(logger), new Closing(logger)];
  let drainDelayMs = 0;
  const close = async (delayMs = 0): Promise<void> => {
    drainDelayMs = delayMs;
    // Side by side: the API goes on answering while running steps end.
    await Promise.all([api.run(), worker.run()]);
    await rest.run();
  };
  try {
    const backbone = await openBackbone(config, address, logger, rest);
    const url = roles.api ? await serveApi(backbone, api, () => drainDelayMs) : null;
    if (roles.worker) {
      const running = createWorker(backbone);
      worker.add('worker', () => running.close());
    } else {
      // A worker closes its queue; an API alone only adds to it.
      rest.add('queue', () => backbone.queue.close(0));
    }
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openBackbone(
  config: Config,
  address: PostgresAddress,
  logger: Logger,
  closing: Closing,
): Promise<Backbone> {
  await assertMigrated(address.ownerUrl, migrations);
  const link = await openDatabase({
    url: address.url,
    poolSize: config.databasePoolSize,
    applicationName: 'brickyard',
    logger,
  });
  closing.add('database', () => link.close());
  const { database, health, notifier } = link;
  await assertLogOrderIntact(database);
  const eventStore = new PostgresEventStore();
  const nodes = await openNodes(config, await readInstallationId(database));
  closing.add('storage nodes', () => nodes.close());
  const queue = new BullMqOperationQueue(
    config.queue === 'redis'
      ? { backend: 'redis', url: config.redisUrl }
      : { backend: 'postgres', url: address.url, sockets: link.sockets },
    logger,
  );
  return {
    config,
    logger,
    database,
    health,
    eventStore,
    ledger: new PostgresLedger(database, eventStore),
    queries: new PostgresQueries(database),
    nodes,
    queue,
    notifier,
    telemetry: createTelemetry({ version }),
  };
}

/** Starts the API; returns its address. */
async function serveApi(backbone: Backbone, closing: Closing, drainDelayMs: () => number): Promise<string> {
  const { config, database, health, ledger, queries, nodes, queue, notifier, telemetry, logger } = backbone;
  const api = await createApi({
    config,
    ledger,
    queries,
    answerRecords: new AnswerRecords(database),
    storageNodes: nodes,
    kick: (operationId) => kick(queue, operationId, logger),
    onAppend: (listener) => notifier.onWake(listener),
    readiness: [databaseCheck(health), queueCheck(queue)],
    telemetry,
    logger,
    clock: systemClock,
  });
  closing.add('api', async () => {
    api.drain();
    await delay(drainDelayMs());
    await api.close();
  });
  return api.listen(config.port, config.host === '' ? '0.0.0.0' : config.host);
}
