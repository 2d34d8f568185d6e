import pg, { type ClientConfig } from 'pg';
import type { Sql, SqlRow, SqlValue } from '#kernel';

export type Role = 'app' | 'owner';

/** The longest that one statement of the application may take, waiting for locks included. */
export const STATEMENT_TIMEOUT_MS = 15_000;

const APP_OPTIONS = `-c role=brickyard_app -c statement_timeout=${STATEMENT_TIMEOUT_MS.toString()} -c idle_in_transaction_session_timeout=30000`;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * What every connection of ours starts with. The application's role is taken on by a start-up option, so that no
 * connection ever works without it; options in the URL are kept.
 */
export function connectionConfig(url: string, role: Role, applicationName: string): ClientConfig {
  const address = new URL(url);
  const given = address.searchParams.get('options');
  if (role === 'app') address.searchParams.set('options', given === null ? APP_OPTIONS : `${given} ${APP_OPTIONS}`);
  if (!address.searchParams.has('application_name')) address.searchParams.set('application_name', applicationName);
  return {
    connectionString: address.href,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
}

/** Runs `work` on a connection of its own, as the URL's user, and closes it. */
export async function withClient<T>(url: string, applicationName: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = new pg.Client(connectionConfig(url, 'owner', applicationName));
  // A connection that breaks between statements fails the next one; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work({
      query: async <Row extends object = SqlRow>(text: string, parameters: readonly SqlValue[] = []) =>
        (await client.query<Row>(text, [...parameters])).rows,
    });
  } finally {
    await client.end();
  }
}
