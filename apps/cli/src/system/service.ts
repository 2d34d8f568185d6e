import { type Api, createApi, databaseCheck, queueCheck } from '#api';
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
  /** Lets go of work and connections: readiness off, requests answered, jobs and leases handed back. */
  close(): Promise<void>;
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
  const closing = new Closing(logger);
  try {
    const backbone = await openBackbone(config, address, logger, closing);
    if (roles.worker) {
      const worker = createWorker(backbone);
      closing.add('worker', () => worker.close());
    } else {
      // A worker closes its queue; an API alone only adds to it.
      closing.add('queue', () => backbone.queue.close(0));
    }
    const api = roles.api ? await openApi(backbone, closing) : null;
    const url = api === null ? null : await api.listen(config.port, config.host === '' ? '0.0.0.0' : config.host);
    return { url, close: () => closing.run() };
  } catch (error) {
    await closing.run();
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

async function openApi(backbone: Backbone, closing: Closing): Promise<Api> {
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
  closing.add('api', () => api.close());
  return api;
}
