import { setTimeout as delay } from 'node:timers/promises';
import { PostgresAuditLog, readSealLag, RefusalRecorder } from '#audit';
import type { Config } from '#config';
import {
  assertLogOrderIntact,
  assertMigrated,
  type DatabaseHealth,
  type LogNotifier,
  type OpenDatabase,
  openDatabase,
  PostgresEventStore,
  readInstallationId,
} from '#event-store';
import { type Database, type Logger, messageOf, newId, systemClock } from '#kernel';
import { migrations } from '#migrations';
import { createTelemetry, NotReady, Readiness, type Telemetry } from '#observability';
import {
  AnswerRecords,
  BullMqOperationQueue,
  configuredWitness,
  InstallationWatch,
  kick,
  nodesWitness,
  type OperationQueue,
  OwnDatabase,
  type QueueConnection,
  queueWitness,
} from '#operations';
import { PostgresLedger, PostgresObjectHistory, PostgresQueries, snapshotsOf } from '#read-model';
import type { StorageNodes } from '#storage-nodes';
import { createWorker, startProbes } from '#worker';
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
  readonly installation: InstallationWatch;
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
    let isWorkedOn = false;
    // A worker closes its queue. Where there is none, or the API did not start, an open one would keep the process alive.
    rest.add('queue', () => (isWorkedOn ? Promise.resolve() : backbone.queue.close(0)));
    const url = roles.api ? await serveApi(backbone, api, () => drainDelayMs) : null;
    if (roles.worker) {
      const running = createWorker(backbone);
      isWorkedOn = true;
      backbone.telemetry.watchWorker(() => running.counts());
      worker.add('worker', () => running.close());
      if (!roles.api && config.probesPort > 0) await serveProbes(backbone, worker, rest);
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
  const { health, notifier } = link;
  await assertLogOrderIntact(link.database);
  const installationId = await readInstallationId(link.database);
  logger.info({ installationId }, 'installation');
  const nodes = await openNodes(config, installationId);
  closing.add('storage nodes', () => nodes.close());
  const connection: QueueConnection =
    config.queue === 'redis'
      ? { backend: 'redis', url: config.redisUrl }
      : { backend: 'postgres', url: address.url, sockets: link.sockets };
  const telemetry = createTelemetry({ version });
  telemetry.watchNodes(() => nodes.health?.conditions() ?? []);
  const installation = await watchInstallation({ config, link, nodes, connection, telemetry, logger });
  closing.add('watch over the installation', () => installation.close());
  const database = new OwnDatabase(link.database, installation);
  telemetry.watchSeals(async () => {
    try {
      return await readSealLag(database);
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, 'metrics without the seals: the database did not answer');
      return null;
    }
  });
  const eventStore = new PostgresEventStore();
  return {
    config,
    logger,
    database,
    health,
    installation,
    eventStore,
    ledger: new PostgresLedger(database, eventStore),
    queries: new PostgresQueries(database),
    nodes,
    queue: new BullMqOperationQueue(connection, logger),
    notifier,
    telemetry,
  };
}

interface WatchParts extends Pick<Backbone, 'config' | 'nodes' | 'telemetry' | 'logger'> {
  readonly link: OpenDatabase;
  readonly connection: QueueConnection;
}

async function watchInstallation(parts: WatchParts): Promise<InstallationWatch> {
  const { config, link, nodes, connection, telemetry, logger } = parts;
  // Past the gate that the watch closes: else it would never open again.
  const queries = new PostgresQueries(link.database);
  const watch = new InstallationWatch({
    sql: link.database,
    pin: link.pin,
    witnesses: [
      configuredWitness(config.installationId),
      queueWitness(connection, queries),
      nodesWitness({ queries, nodes, logger }),
    ],
    logger,
    onVerdict: (ours) => telemetry.installation(ours),
  });
  await watch.start();
  return watch;
}

/** What an orchestrator asks of a worker without an API. Answered until the end: a worker that drains is alive, and not ready. */
async function serveProbes(backbone: Backbone, worker: Closing, rest: Closing): Promise<void> {
  const { config, health, installation, queue, telemetry, logger } = backbone;
  let stopping = false;
  const working = {
    name: 'working',
    check: () => (stopping ? Promise.reject(new NotReady('the worker stops')) : Promise.resolve()),
  };
  const { databaseCheck, installationCheck, queueCheck } = await import('#api');
  const readiness = new Readiness(
    [databaseCheck(health), installationCheck(installation), queueCheck(queue), working],
    logger,
  );
  const { probesPort: port, probesHost: host } = config;
  const probes = await startProbes({ port, host, readiness, telemetry, logger });
  rest.add('probes', () => probes.close());
  worker.add('readiness', () => {
    stopping = true;
    return Promise.resolve();
  });
}

/** Starts the API; returns its address. Its modules are loaded here: a worker starts in half the time without. */
async function serveApi(backbone: Backbone, closing: Closing, drainDelayMs: () => number): Promise<string> {
  const { config, database, health, installation, eventStore, ledger, queries, nodes, queue } = backbone;
  const { notifier, telemetry, logger } = backbone;
  const meter = telemetry.refusals.bind(telemetry);
  const refusals = new RefusalRecorder({ processId: newId(), database, eventStore, logger, meter });
  const { createApi, databaseCheck, installationCheck, queueCheck } = await import('#api');
  const api = await createApi({
    config,
    ledger,
    eventStore,
    database,
    queries,
    objects: new PostgresObjectHistory(database, eventStore),
    snapshots: snapshotsOf(database),
    answerRecords: new AnswerRecords(database),
    storageNodes: nodes,
    audit: new PostgresAuditLog(database),
    refusals,
    kick: (operationId, attempt) => kick(queue, operationId, logger, attempt),
    onAppend: (listener) => notifier.onWake(listener),
    readiness: [databaseCheck(health), installationCheck(installation), queueCheck(queue)],
    telemetry,
    logger,
    clock: systemClock,
  });
  closing.add('api', async () => {
    api.drain();
    await delay(drainDelayMs());
    await api.close();
    await refusals.close();
  });
  return api.listen(config.port, config.host === '' ? '0.0.0.0' : config.host);
}
