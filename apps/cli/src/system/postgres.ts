import { resolve } from 'node:path';
import type { Config } from '#config';
import { runningEmbeddedPostgres, startEmbeddedPostgres } from '#event-store';
import { keepSecrets, type Logger } from '#kernel';

/** Where the database is. */
export interface PostgresAddress {
  /** For the service; it takes on the role brickyard_app. */
  readonly url: string;
  /** For migrations, rebuilds and repairs. */
  readonly ownerUrl: string;
  /** `embedded in <folder>` or `external`. */
  readonly description: string;
  stop(): Promise<void>;
}

/**
 * Like openPostgres, for a command that only looks on: an embedded server that another process runs is used and left running.
 * @throws DataDirectoryError where the data directory cannot be used
 */
export async function reachPostgres(config: Config, logger: Logger): Promise<PostgresAddress> {
  const running = config.databaseUrl === '' ? await runningEmbeddedPostgres(resolve(config.dataDir)) : null;
  if (running === null) return openPostgres(config, logger);
  keepSecrets([new URL(running).password]);
  return {
    url: running,
    ownerUrl: running,
    description: 'embedded, of another process',
    stop: () => Promise.resolve(),
  };
}

/**
 * The configured Postgres, else an embedded one in the data directory.
 * @throws DataDirectoryError where that cannot be used
 */
export async function openPostgres(config: Config, logger: Logger): Promise<PostgresAddress> {
  if (config.databaseUrl !== '') {
    const ownerUrl = config.databaseOwnerUrl === '' ? config.databaseUrl : config.databaseOwnerUrl;
    return { url: config.databaseUrl, ownerUrl, description: 'external', stop: () => Promise.resolve() };
  }
  const dataDir = resolve(config.dataDir);
  const server = await startEmbeddedPostgres({
    dataDir,
    onLog: (line) => logger.debug({ line }, 'postgres'),
    onTrouble: (text) => logger.warn({}, text),
  });
  keepSecrets([new URL(server.url).password]);
  return { url: server.url, ownerUrl: server.url, description: `embedded in ${dataDir}`, stop: () => server.stop() };
}
