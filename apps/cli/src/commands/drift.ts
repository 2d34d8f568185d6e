import { Command, Option } from 'commander';
import type { Config } from '#config';
import { checkDrift, isClean, isDrift, type DriftReport, type DriftScope } from '#drift';
import { assertMigrated, createDataSource, readInstallationId, TypeOrmDatabase } from '#event-store';
import { isId, maskTexts, type Sql } from '#kernel';
import { migrations } from '#migrations';
import { createLogger } from '#observability';
import { PostgresQueries } from '#read-model';
import { driftText, shownDifferences, type Shown } from '../drift/report-text.js';
import { explain } from '../explain.js';
import { readConfig } from '../read-config.js';
import { openNodes } from '../system/nodes.js';
import { reachPostgres, type PostgresAddress } from '../system/postgres.js';

interface DriftOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly cluster?: string;
  readonly node?: string;
  readonly output: string;
  readonly includeForeign?: true;
  readonly includeInFlight?: true;
}

/** Beside 0, all of which was looked at is as it should be: what scripts and people on call tell apart. */
const DRIFT_FOUND = 1;
const NOT_ALL_INSPECTED = 2;

/** `brickyard drift`: whether the nodes hold exactly what the read model says. Needs the database and the nodes, not the API. */
export function driftCommand(): Command {
  return (
    new Command('drift')
      .description('compare what the storage nodes hold with what the read model says; changes nothing')
      .option('--config <file>', "Heketi's configuration file")
      .option('--data-dir <folder>', 'the embedded Postgres of this folder instead of DATABASE_URL')
      .option('--cluster <id>', 'only this cluster')
      .option('--node <id>', 'only this node; its id or manage hostname')
      .option('--include-foreign', 'also what is not ours')
      .option('--include-in-flight', 'also what running operations are making or removing')
      .addOption(
        new Option('-o, --output <form>', 'for people or for programs').choices(['table', 'json']).default('table'),
      )
      .addHelpText(
        'after',
        '\nExit code: 0 clean, 1 drift found, 2 no drift found but a node (or the database) could not be asked.',
      )
      // Commander ends with 1 where an option is wrong; that would be drift.
      .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : NOT_ALL_INSPECTED))
      .action(async (options: DriftOptions) => {
        try {
          const report = await inspectAll(options);
          process.stdout.write(written(report, options));
          process.exitCode = exitCodeOf(report);
        } catch (error) {
          process.stderr.write(`brickyard: ${explain(error)}\n`);
          process.exitCode = NOT_ALL_INSPECTED;
        }
      })
  );
}

function exitCodeOf(report: DriftReport): number {
  if (report.differences.some(isDrift)) return DRIFT_FOUND;
  return isClean(report) ? 0 : NOT_ALL_INSPECTED;
}

/** A volume of an earlier version may have an option that holds a secret: it is not in the remedy. */
function written(found: DriftReport, options: DriftOptions): string {
  const report = maskTexts(found);
  const shown: Shown = { foreign: options.includeForeign ?? false, inFlight: options.includeInFlight ?? false };
  if (options.output === 'table') return driftText(report, shown);
  return `${JSON.stringify({ ...report, clean: isClean(report), differences: shownDifferences(report, shown) }, null, 2)}\n`;
}

async function inspectAll(options: DriftOptions): Promise<DriftReport> {
  const { config: loaded } = await readConfig(options.config);
  const config = options.dataDir === undefined ? loaded : { ...loaded, dataDir: options.dataDir, databaseUrl: '' };
  const logger = createLogger({ level: config.logLevel === 'info' ? 'warn' : config.logLevel, process: 'cli' });
  const address = await reachPostgres(config, logger);
  try {
    return await inspectWith(address, config, options);
  } finally {
    await address.stop();
  }
}

async function inspectWith(address: PostgresAddress, config: Config, options: DriftOptions): Promise<DriftReport> {
  await assertMigrated(address.ownerUrl, migrations);
  const source = createDataSource({ url: address.url, role: 'app', poolSize: 2, applicationName: 'brickyard-drift' });
  await source.initialize();
  try {
    const sql = new TypeOrmDatabase(source);
    const queries = new PostgresQueries(sql);
    const scope = await scopeOf(queries, options);
    const nodes = await openNodes(config, await expectedInstallation(sql, config));
    try {
      return await checkDrift({ queries, sql, nodes, scope });
    } finally {
      await nodes.close();
    }
  } finally {
    await source.destroy();
  }
}

/** @throws Error where it is not the one that is set: an empty database knows of no node, and nothing would differ */
async function expectedInstallation(sql: Sql, { installationId: wanted }: Config): Promise<string> {
  const found = await readInstallationId(sql);
  if (wanted === '' || wanted.toLowerCase() === found) return found;
  throw new Error(
    `the database is that of installation ${found}, but BRICKYARD_INSTALLATION_ID says ${wanted}: is DATABASE_URL the right one?`,
  );
}

/** @throws Error where there is no such cluster or node: a check of nothing would be clean */
async function scopeOf(queries: PostgresQueries, { cluster, node }: DriftOptions): Promise<DriftScope> {
  if (cluster !== undefined && (await queries.cluster(cluster)) === null) {
    throw new Error(`no cluster has the id ${cluster}`);
  }
  const nodeId = node === undefined || isId(node) ? node : await queries.hostnameOwner('manage', node);
  if (nodeId === undefined) return cluster === undefined ? {} : { clusterId: cluster };
  const found = nodeId === null ? null : await queries.node(nodeId);
  if (found === null) throw new Error(`no node has the id or manage hostname ${node ?? ''}`);
  const { clusterId } = found.node;
  if (cluster !== undefined && cluster !== clusterId) {
    throw new Error(`node ${found.node.nodeId} is in cluster ${clusterId}, not in ${cluster}`);
  }
  return { clusterId, nodeId: found.node.nodeId };
}
