import { type Api, type ApiDependencies, createApi, databaseCheck, queueCheck } from '#api';
import { PostgresAuditLog, RefusalRecorder } from '#audit';
import { type Config, loadConfig } from '#config';
import { openDatabase, PostgresEventStore, readInstallationId } from '#event-store';
import { type Logger, newId, silentLogger, systemClock } from '#kernel';
import { createTelemetry } from '#observability';
import {
  AnswerRecords,
  BullMqOperationQueue,
  kick,
  migrateQueue,
  PostgresLeases,
  type QueueConnection,
  startWorker,
  type WorkerConfig,
} from '#operations';
import { check, PostgresLedger, PostgresObjectHistory, PostgresQueries, rebuild, snapshotsOf } from '#read-model';
import { MockStorageNodes, type StorageNodes } from '#storage-nodes';
import { freshDatabase, type TestDatabase } from '#test/database';
import { testKeys } from '#test/http-client';

export interface SystemOptions {
  /** Of a server of its own; that of the run unless given. */
  readonly templateUrl?: string;
  /** Postgres unless given. */
  readonly queue?: (database: TestDatabase) => QueueConnection;
  /** Of the installation that the database is of. The mock unless given. */
  readonly nodes?: (installationId: string) => StorageNodes;
  readonly config?: Partial<Config>;
  readonly worker?: Partial<WorkerConfig> | null;
  readonly api?: Partial<ApiDependencies>;
  readonly logger?: Logger;
}

export interface TestSystem {
  readonly base: string;
  readonly database: TestDatabase;
  readonly api: Api;
  /** Another replica on the same database, with its own address. */
  replica(other?: Partial<ApiDependencies>): Promise<{ readonly base: string; readonly api: Api }>;
  close(): Promise<void>;
}

/** API and worker in this process, on a database of their own. */
export async function startSystem(options: SystemOptions = {}): Promise<TestSystem> {
  const { logger = silentLogger } = options;
  const database = await freshDatabase(options.templateUrl);
  const { ownerUrl } = database;
  const link = await openDatabase({ url: ownerUrl, poolSize: 10, applicationName: 'test system', logger });
  const { database: db, notifier } = link;
  const nodes = options.nodes?.(await readInstallationId(db)) ?? new MockStorageNodes();
  const connection = options.queue?.(database) ?? {
    backend: 'postgres' as const,
    url: ownerUrl,
    sockets: link.sockets,
  };
  if (connection.backend === 'postgres') await migrateQueue(ownerUrl);
  const eventStore = new PostgresEventStore();
  const ledger = new PostgresLedger(db, eventStore);
  const queries = new PostgresQueries(db);
  const queue = new BullMqOperationQueue(connection, logger);
  const { config } = loadConfig({
    HEKETI_ADMIN_KEY: testKeys.admin,
    HEKETI_USER_KEY: testKeys.user,
    BRICKYARD_AUDITOR_KEY: testKeys.auditor,
  });
  const worker =
    options.worker === null
      ? null
      : startWorker({
          database: db,
          ledger,
          queries,
          nodes,
          leases: new PostgresLeases(db),
          queue,
          eventStore,
          logger,
          config: options.worker ?? {},
        });
  const silence = notifier.onWake(() => worker?.wake());
  const apis: Api[] = [];
  const refusals = new RefusalRecorder({
    processId: newId(),
    database: db,
    eventStore,
    logger,
    meter: () => undefined,
  });
  const replica = async (other: Partial<ApiDependencies> = {}): Promise<{ base: string; api: Api }> => {
    const api = await createApi({
      config: { ...config, ...options.config },
      ledger,
      eventStore,
      database: db,
      queries,
      objects: new PostgresObjectHistory(db, eventStore),
      snapshots: snapshotsOf(db),
      answerRecords: new AnswerRecords(db),
      storageNodes: nodes,
      audit: new PostgresAuditLog(db),
      refusals,
      kick: (operationId, attempt) => kick(queue, operationId, logger, attempt),
      onAppend: (listener) => notifier.onWake(listener),
      readiness: [databaseCheck(link.health), queueCheck(queue)],
      telemetry: createTelemetry({ version: 'test' }),
      logger,
      clock: systemClock,
      ...options.api,
      ...other,
    });
    apis.push(api);
    return { api, base: await api.listen(0, '127.0.0.1') };
  };
  const { api, base } = await replica();
  return {
    base,
    api,
    database,
    replica,
    close: async () => {
      for (const each of apis) await each.close();
      await refusals.close();
      silence();
      await (worker === null ? queue.close(1000) : worker.close(5000));
      const busy = link.places.inside;
      await link.close();
      await nodes.close();
      if (busy > 0) throw new Error(`${busy.toString()} uses of the database were still under way at the end`);
      try {
        await assertLogAgrees(database, eventStore);
      } finally {
        await database.dispose();
      }
    },
  };
}

/**
 * Whatever a test did: the read model is what the log says, it is so again when it is made anew, and every sum of capacity is
 * right.
 */
async function assertLogAgrees(database: TestDatabase, eventStore: PostgresEventStore): Promise<void> {
  const parts = { owner: await database.connect('owner', 4), eventStore, logger: silentLogger };
  const live = await check(parts);
  await rebuild(parts);
  const rebuilt = await check(parts);
  const differences = [...live.differences, ...rebuilt.differences];
  if (differences.length > 0) throw new Error(`log and read model differ: ${JSON.stringify(differences)}`);
}
