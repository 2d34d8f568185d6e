/** What both kinds of process are made of, as apps/cli opens it. */
import { openDatabase, PostgresEventStore, readInstallationId } from '#event-store';
import { createLogger } from '#observability';
import { BullMqOperationQueue } from '#operations';
import { PostgresLedger, PostgresQueries } from '#read-model';
import { GlusterStorageNodes, SshExecutor } from '#storage-nodes';
import { ledgerWith } from './failpoint.mjs';

const POOL_SIZE = 8;

/** @param transport what goes between the nodes and SSH */
export async function openBackbone(settings, failpoint, transport = (ssh) => ssh) {
  const { name, databaseUrl: url, queue, queueTiming, ssh, retry } = settings;
  const logger = createLogger({ level: process.env['LOG_LEVEL'], process: name });
  const link = await openDatabase({ url, poolSize: POOL_SIZE, applicationName: name, logger });
  const { database, notifier, health, sockets } = link;
  const eventStore = new PostgresEventStore();
  const fence = { installationId: await readInstallationId(database) };
  return {
    database,
    eventStore,
    health,
    ledger: ledgerWith(failpoint, new PostgresLedger(database, eventStore)),
    logger,
    nodes: new GlusterStorageNodes(transport(new SshExecutor(ssh)), { retry, fence }),
    notifier,
    queries: new PostgresQueries(database),
    queue: new BullMqOperationQueue(queue.backend === 'postgres' ? { ...queue, sockets } : queue, logger, queueTiming),
  };
}
