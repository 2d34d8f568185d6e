import { DataSource } from 'typeorm';
import type { ClientBase } from 'pg';
import { connectionConfig, type Role, STATEMENT_TIMEOUT_MS } from './connection.js';
import type { InstallationPin } from './installation.js';
import type { SocketSet } from './outage/socket-set.js';

export interface DataSourceSettings {
  readonly url: string;
  /** `app` can only append to the log; `owner` is for migrations, rebuilds and repairs. */
  readonly role: Role;
  /** Connections at most. */
  readonly poolSize: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Holds the connections, for whoever has to end those that hang. */
  readonly sockets?: SocketSet;
  /** Looks at each new connection of the application's role before it is used. */
  readonly pin?: InstallationPin;
}

/** The longest that a transaction of the application may last: an open one holds back every follower of the log. */
const TRANSACTION_TIMEOUT_MS = 60_000;

/** The server ends a statement that takes too long. Where nothing is heard of that either, the connection is dead. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5000;

/** Postgres 17 brought transaction_timeout; as a start-up option it would keep older servers from connecting at all. */
async function limitTransactions(client: ClientBase): Promise<void> {
  await client.query(
    `select set_config(name, '${TRANSACTION_TIMEOUT_MS.toString()}', false) from pg_settings where name = 'transaction_timeout'`,
  );
}

/**
 * The TypeORM data source: it pools, opens transactions and runs migrations. There are no entities; statements are plain
 * SQL through `TypeOrmDatabase`. Not connected until `initialize()`.
 */
export function createDataSource(settings: DataSourceSettings): DataSource {
  const onConnect = async (client: ClientBase): Promise<void> => {
    await limitTransactions(client);
    await settings.pin?.greet(client);
  };
  return new DataSource({
    type: 'postgres',
    poolSize: settings.poolSize,
    applicationName: settings.applicationName,
    entities: [],
    synchronize: false,
    logging: false,
    installExtensions: false,
    extra: {
      ...connectionConfig(settings.url, settings.role, settings.applicationName),
      ...(settings.role === 'app' ? { onConnect, query_timeout: ANSWER_TIMEOUT_MS } : {}),
      ...(settings.sockets === undefined ? {} : { stream: settings.sockets.open }),
    },
  });
}
