import { messageOf, within, type Database, type Logger } from '#kernel';
import { createDataSource } from './data-source.js';
import { InstallationPin } from './installation.js';
import { LogNotifier } from './log-notifier.js';
import { DatabaseHealth } from './outage/database-health.js';
import { GuardedDatabase } from './outage/guarded-database.js';
import { Places } from './outage/places.js';
import { SocketSet } from './outage/socket-set.js';
import { TypeOrmDatabase } from './typeorm-database.js';

export interface OpenDatabaseSettings {
  readonly url: string;
  /** Connections at most; one more listens. */
  readonly poolSize: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  readonly logger: Logger;
}

/** The application's way to Postgres. */
export interface OpenDatabase {
  /**
   * Fails at once while Postgres is away, and comes back by itself. Throws ForeignInstallation while another installation's
   * database is behind its address.
   */
  readonly database: Database;
  /** Whose database it was at first. */
  readonly pin: InstallationPin;
  /** Says that the log may have grown. */
  readonly notifier: LogNotifier;
  readonly health: DatabaseHealth;
  /** How many work with the database, and how many wait to. */
  readonly places: Pick<Places, 'inside' | 'waiting'>;
  /** All connections; others to the same server may join, and are cut with them when it hangs. */
  readonly sockets: SocketSet;
  /** Ends every connection, those that hang too. */
  close(): Promise<void>;
}

/** As many as a burst of requests may bring; each holds no more than its request. */
const MAX_WAITING_PER_CONNECTION = 64;
const MAX_WAIT_MS = 10_000;
const GOODBYE_MS = 2000;

/** Opens the pool and the connection that listens and watches. @throws where the database cannot be reached now */
export async function openDatabase(settings: OpenDatabaseSettings): Promise<OpenDatabase> {
  const { url, poolSize, applicationName, logger } = settings;
  const sockets = new SocketSet();
  const pin = new InstallationPin();
  const source = createDataSource({ url, role: 'app', poolSize, applicationName, sockets, pin });
  await source.initialize();
  const health = new DatabaseHealth(logger);
  // Whoever waits for an answer that does not come is told now, and its connection is not used again.
  health.onAway(() => sockets.cut());
  const places = new Places({
    count: poolSize,
    maxWaiting: poolSize * MAX_WAITING_PER_CONNECTION,
    waitMs: MAX_WAIT_MS,
  });
  const notifier = new LogNotifier(url, logger, { health, bytesElsewhere: () => sockets.bytesRead });
  notifier.start();
  const late = (error: unknown): void => logger.warn({ reason: messageOf(error) }, 'database did not close cleanly');
  return {
    database: new GuardedDatabase(new TypeOrmDatabase(source), health, places),
    pin,
    notifier,
    health,
    places,
    sockets,
    close: async () => {
      await notifier.close();
      await within(GOODBYE_MS, source.destroy(), late);
      sockets.cut();
    },
  };
}
