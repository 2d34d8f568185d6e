import { Command } from 'commander';
import { assertServable } from '#config';
import { messageOf, within } from '#kernel';
import { createLogger } from '#observability';
import { readConfig } from '../read-config.js';
import { openPostgres } from '../system/postgres.js';
import { type Roles, startService } from '../system/service.js';
import { untilStopped } from '../system/until-stopped.js';
import { migrateAll } from './database.js';

/** Runs until a signal asks to stop. */
async function run(name: string, roles: Roles, migrates: boolean, configFile: string | undefined): Promise<void> {
  const { config, warnings } = await readConfig(configFile);
  assertServable(config);
  const logger = createLogger({ level: config.logLevel, process: name });
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
  const command = (name: string, description: string, roles: Roles, migrates: boolean): Command =>
    new Command(name)
      .description(description)
      .option('--config <file>', "Heketi's configuration file")
      .action(async (options: { config?: string }) => {
        await run(name, roles, migrates, options.config);
        // Everything is closed. What a library still waits for (a Redis that is away, for one) must not keep the process.
        process.exit();
      });
  return [
    command('serve', 'api and worker in one process; migrates the database first', { api: true, worker: true }, true),
    command('api', 'the REST API; the database must be migrated', { api: true, worker: false }, false),
    command('worker', 'carries out operations; the database must be migrated', { api: false, worker: true }, false),
  ];
}
