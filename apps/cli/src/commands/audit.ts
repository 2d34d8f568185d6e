import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import {
  type Anchor,
  newSealKey,
  parseAnchors,
  PostgresSealedLog,
  type PublicKeys,
  readAnchors,
  readPublicKeys,
  readSealKey,
  verifyLog,
  type VerifyReport,
} from '#audit';
import type { Config } from '#config';
import { assertMigrated, createDataSource, TypeOrmDatabase } from '#event-store';
import { messageOf, type Sql } from '#kernel';
import { migrations } from '#migrations';
import { createLogger } from '#observability';
import { progressLine } from '../output/progress-line.js';
import { anchorsText, verifyText } from '../audit/verify-text.js';
import { explain } from '../explain.js';
import { auditExportCommand } from './audit-export.js';
import { readConfig } from '../read-config.js';
import { reachPostgres } from '../system/postgres.js';

interface DatabaseOptions {
  readonly config?: string;
  readonly dataDir?: string;
}

interface VerifyOptions extends DatabaseOptions {
  readonly anchors?: string;
  readonly publicKey?: string;
  readonly output: string;
}

interface AnchorsOptions extends DatabaseOptions {
  readonly last: string;
  readonly output: string;
}

/** Beside 0, the log is what was sealed: what scripts and people on call tell apart. */
const FOUND = 1;
const NOT_VERIFIED = 2;

/** `brickyard audit`: whether the log is what it was, from the database; and what is in it, from the API. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('the history for auditors: all of it, and proof that nobody has changed it')
    .addCommand(auditExportCommand())
    .addCommand(verifyCommand())
    .addCommand(anchorsCommand())
    .addCommand(keygenCommand());
}

function onDatabase(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--config <file>', "Heketi's configuration file")
    .option('--data-dir <folder>', 'the embedded Postgres of this folder instead of DATABASE_URL')
    .addOption(
      new Option('-o, --output <form>', 'for people or for programs').choices(['table', 'json']).default('table'),
    );
}

function verifyCommand(): Command {
  return (
    onDatabase('verify', 'compare the log with its seals; changes nothing')
      .option(
        '--anchors <file>',
        'anchors that were kept elsewhere: of "audit anchors", or lines of the service\'s log',
      )
      .option('--public-key <file>', 'PEM of the keys whose signatures count, unless BRICKYARD_SEAL_KEY is set')
      .addHelpText('after', '\nExit code: 0 the log is what was sealed, 1 it is not, 2 that could not be found out.')
      // Commander ends with 1 where an option is wrong; that would be a finding.
      .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : NOT_VERIFIED))
      .action(async (options: VerifyOptions) => {
        try {
          const report = await verify(options);
          process.stdout.write(options.output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : verifyText(report));
          process.exitCode = exitCodeOf(report);
        } catch (error) {
          process.stderr.write(`brickyard: ${explain(error)}\n`);
          process.exitCode = NOT_VERIFIED;
        }
      })
  );
}

/** Without a seal nothing was compared. */
function exitCodeOf({ clean, seals }: VerifyReport): number {
  if (!clean) return FOUND;
  return seals === 0 ? NOT_VERIFIED : 0;
}

async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const anchors = await fromFile('anchors', options.anchors, parseAnchors);
  const given = await fromFile('public keys', options.publicKey, readPublicKeys);
  const progress = progressLine(process.stderr);
  return onLog(options, async (sql, { sealKey }) => {
    try {
      const publicKeys = given ?? ownPublicKey(sealKey);
      return await verifyLog(new PostgresSealedLog(sql), {
        publicKeys,
        anchors: anchors ?? [],
        onProgress: (events) => progress.show(`${events.toString()} events compared`),
      });
    } finally {
      progress.clear();
    }
  });
}

function ownPublicKey(text: string): PublicKeys | null {
  const key = readSealKey(text);
  return key === null ? null : new Map([[key.keyId, key.publicKey]]);
}

/** @returns null where no file is named @throws Error that says what the file was to hold */
async function fromFile<T>(what: string, file: string | undefined, read: (text: string) => T): Promise<T | null> {
  if (file === undefined) return null;
  return readFile(file, 'utf8')
    .then(read)
    .catch((error: unknown) => {
      throw new Error(`the ${what} cannot be read from ${file}: ${messageOf(error)}`);
    });
}

function anchorsCommand(): Command {
  return onDatabase(
    'anchors',
    'print the anchors of the newest seals, to be kept where nobody of the database can write',
  )
    .option('--last <count>', 'how many', '100')
    .action(async (options: AnchorsOptions) => {
      const count = Number(options.last);
      if (!Number.isSafeInteger(count) || count < 1)
        throw new Error(`--last must be a number from 1, not ${options.last}`);
      const anchors: Anchor[] = await onLog(options, (sql) => readAnchors(sql, null, count));
      process.stdout.write(options.output === 'json' ? `${JSON.stringify(anchors, null, 2)}\n` : anchorsText(anchors));
    });
}

function keygenCommand(): Command {
  return new Command('keygen')
    .description('print a new private key for BRICKYARD_SEAL_KEY, and the public key for those who verify')
    .action(() => {
      const { keyId, privatePem, publicPem } = newSealKey();
      process.stdout.write(`${privatePem}${publicPem}`);
      process.stderr.write(
        `key ${keyId}: the private key is the value of BRICKYARD_SEAL_KEY of every worker; the public key is for "brickyard audit verify --public-key"\n`,
      );
    });
}

/** Runs `work` on the database as the service itself works with it. */
async function onLog<T>(options: DatabaseOptions, work: (sql: Sql, config: Config) => Promise<T>): Promise<T> {
  const { config: loaded } = await readConfig(options.config);
  const config = options.dataDir === undefined ? loaded : { ...loaded, dataDir: options.dataDir, databaseUrl: '' };
  // People read this output: the log keeps to what went wrong.
  const logger = createLogger({ level: config.logLevel === 'info' ? 'warn' : config.logLevel, process: 'cli' });
  const address = await reachPostgres(config, logger);
  try {
    await assertMigrated(address.ownerUrl, migrations);
    const source = createDataSource({ url: address.url, role: 'app', poolSize: 2, applicationName: 'brickyard-audit' });
    await source.initialize();
    try {
      return await work(new TypeOrmDatabase(source), config);
    } finally {
      await source.destroy();
    }
  } finally {
    await address.stop();
  }
}
