import { userInfo } from 'node:os';
import { Command } from 'commander';
import type { Config } from '#config';
import { createDataSource, migrate, PostgresEventStore, restoreFixup, TypeOrmDatabase } from '#event-store';
import { type Logger, maskTexts } from '#kernel';
import { migrations } from '#migrations';
import { migrateQueue, raiseEpochs } from '#operations';
import { createLogger } from '#observability';
import { check, PostgresLedger, PostgresQueries, rebuild, type ShadowParts } from '#read-model';
import { readHostKey } from '#storage-nodes';
import { readConfig } from '../read-config.js';
import { pinHostKey } from '../system/pin-host-key.js';
import { openPostgres, type PostgresAddress } from '../system/postgres.js';

/** Brings the tables of the service and of the queue to this version. Returns the names of what was applied. */
export async function migrateAll(address: PostgresAddress): Promise<string[]> {
  const applied = await migrate(address.ownerUrl, migrations);
  await migrateQueue(address.ownerUrl);
  return applied;
}

async function withPostgres<T>(
  options: { config?: string; dataDir?: string },
  work: (address: PostgresAddress, config: Config, logger: Logger) => Promise<T>,
): Promise<T> {
  const { config: loaded } = await readConfig(options.config);
  const config = options.dataDir === undefined ? loaded : { ...loaded, dataDir: options.dataDir, databaseUrl: '' };
  // People read this output: the log keeps to what went wrong.
  const logger = createLogger({ level: config.logLevel === 'info' ? 'warn' : config.logLevel, process: 'cli' });
  const address = await openPostgres(config, logger);
  try {
    return await work(address, config, logger);
  } finally {
    await address.stop();
  }
}

async function withOwner<T>(
  address: PostgresAddress,
  logger: Logger,
  work: (parts: ShadowParts) => Promise<T>,
): Promise<T> {
  const source = createDataSource({
    url: address.ownerUrl,
    role: 'owner',
    poolSize: 4,
    applicationName: 'brickyard-db',
  });
  await source.initialize();
  try {
    return await work({ owner: new TypeOrmDatabase(source), eventStore: new PostgresEventStore(), logger });
  } finally {
    await source.destroy();
  }
}

/** As the service itself works: it can append and nothing else. */
async function withLedger<T>(
  address: PostgresAddress,
  work: (parts: { ledger: PostgresLedger; queries: PostgresQueries }) => Promise<T>,
): Promise<T> {
  const source = createDataSource({ url: address.url, role: 'app', poolSize: 2, applicationName: 'brickyard-admin' });
  await source.initialize();
  try {
    const database = new TypeOrmDatabase(source);
    const ledger = new PostgresLedger(database, new PostgresEventStore());
    return await work({ ledger, queries: new PostgresQueries(database) });
  } finally {
    await source.destroy();
  }
}

function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--config <file>', "Heketi's configuration file")
    .option('--data-dir <folder>', 'the embedded Postgres of this folder instead of DATABASE_URL');
}

/** `brickyard migrate`, `db rebuild | check` and `admin restore-fixup | pin-host-key`. */
export function databaseCommands(): Command[] {
  const migrateCommand = command('migrate', 'bring the database to this version; safe to repeat').action(
    async (options: { config?: string; dataDir?: string }) => {
      const applied = await withPostgres(options, (address) => migrateAll(address));
      process.stdout.write(applied.length === 0 ? 'nothing to do\n' : `applied: ${applied.join(', ')}\n`);
    },
  );
  const rebuildCommand = command('rebuild', 'make the read model again from the log, beside the live one').action(
    async (options: { config?: string; dataDir?: string }) => {
      await withPostgres(options, (address, _config, logger) => withOwner(address, logger, rebuild));
      process.stdout.write('rebuilt\n');
    },
  );
  const checkCommand = command('check', 'prove that log, read model and capacity agree').action(
    async (options: { config?: string; dataDir?: string }) => {
      const report = await withPostgres(options, (address, _config, logger) => withOwner(address, logger, check));
      if (report.differences.length === 0) {
        process.stdout.write('equal: the read model is what the log says, and every sum of capacity is right\n');
        return;
      }
      process.stdout.write(`${JSON.stringify(maskTexts(report.differences), null, 2)}\n`);
      process.exitCode = 1;
    },
  );
  const fixupCommand = command(
    'restore-fixup',
    'after any restore of the database: put a log in order that came from a dump, and leases ahead of what nodes remember; stop every other process first',
  ).action(async (options: { config?: string; dataDir?: string }) => {
    const { events, leases } = await withPostgres(options, async (address, _config, logger) => {
      const renumbered = await restoreFixup(address.ownerUrl);
      const raised = await withOwner(address, logger, ({ owner }) => raiseEpochs(owner));
      return { events: renumbered, leases: raised };
    });
    process.stdout.write(`${String(events)} events renumbered, ${String(leases)} leases raised\n`);
  });
  const pinCommand = command('pin-host-key', 'trust the new SSH host key of a node that was installed anew')
    .argument('<node>', 'id or manage hostname')
    .argument('<key>', 'its public key as one argument, such as "ssh-ed25519 AAAA..."')
    .action(async (node: string, key: string, options: { config?: string; dataDir?: string }) => {
      const pinned = readHostKey(key);
      const actor = userInfo().username;
      const nodeId = await withPostgres(options, (address) =>
        withLedger(address, (parts) => pinHostKey(parts, { node, key: pinned, actor })),
      );
      process.stdout.write(`pinned ${pinned.fingerprint} for node ${nodeId}\n`);
    });
  return [
    migrateCommand,
    new Command('admin').description('repairs').addCommand(fixupCommand).addCommand(pinCommand),
    new Command('db').description('the read model and the log').addCommand(rebuildCommand).addCommand(checkCommand),
  ];
}
