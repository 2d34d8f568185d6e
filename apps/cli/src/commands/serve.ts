import { Command } from 'commander';
import { assertServable } from '#config';
import { messageOf, within } from '#kernel';
import { createLogger, type StandardOutput, standardOutput } from '#observability';
import { readConfig } from '../read-config.js';
import { openPostgres } from '../system/postgres.js';
import { type Roles, startService } from '../system/service.js';
import { untilStopped } from '../system/until-stopped.js';
import { migrateAll } from './database.js';

interface Service {
  readonly roles: Roles;
  /** Whether it brings the database up to date before it starts. */
  readonly migrates: boolean;
}

/** Runs until a signal asks to stop. */
async function run(
  name: string,
  { roles, migrates }: Service,
  { lines }: StandardOutput,
  configFile?: string,
): Promise<void> {
  const { config, warnings } = await readConfig(configFile);
  assertServable(config);
  const logger = createLogger({ level: config.logLevel, process: name, destination: lines });
  for (const warning of warnings) logger.warn({}, warning);
  const stopped = untilStopped();
  const address = await openPostgres(config, logger);
  try {
    if (migrates) await migrateAll(address);
    const service = await startService(config, address, roles, logger);
    const signal = await stopped;
    // Who stops it by hand sits in front of a terminal, not behind a load balancer.
    const drainDelayMs = roles.api && signal === 'SIGTERM' ? config.drainDelayMs : 0;
    logger.info({ signal, drainDelayMs, drainTimeoutMs: config.drainTimeoutMs }, 'stopping');
    const late = (error: unknown): void => logger.warn({ reason: messageOf(error) }, 'did not stop cleanly');
    const outcome = await within(config.drainTimeoutMs, service.close(drainDelayMs), late);
    // What is accepted is in the log, and what is held runs out: nothing is lost.
    if (outcome === 'timeout') logger.warn({}, 'not everything has ended in time, ending all the same');
    else logger.info({}, 'stopped');
  } finally {
    await address.stop();
  }
}

/** `brickyard serve`, `api` and `worker`. */
export function serveCommands(): Command[] {
  const command = (name: string, description: string, service: Service): Command =>
    new Command(name)
      .description(description)
      .option('--config <file>', "Heketi's configuration file")
      .action(async (options: { config?: string }) => {
        const output = standardOutput();
        try {
          await run(name, service, output, options.config);
        } finally {
          await output.close();
        }
        // Everything is closed. What a library still waits for (a Redis that is away, for one) must not keep the process.
        process.exit();
      });
  return [
    command('serve', 'api and worker in one process; migrates the database first', {
      roles: { api: true, worker: true },
      migrates: true,
    }),
    command('api', 'the REST API; the database must be migrated', {
      roles: { api: true, worker: false },
      migrates: false,
    }),
    command('worker', 'carries out operations; the database must be migrated', {
      roles: { api: false, worker: true },
      migrates: false,
    }),
  ];
}
