import type { SocketSet } from '#event-store';

/** Where the queue lives. */
export type QueueConnection =
  | { readonly backend: 'redis'; readonly url: string; /** Of every key. */ readonly prefix?: string }
  | {
      readonly backend: 'postgres';
      /** The database's URL as its owner has it: the queue takes on the role brickyard_app, as all of the application does. */
      readonly url: string;
      readonly schema?: string;
      /** Connections of each of the two pools (producer, worker); one more listens. */
      readonly maxConnections?: number;
      /** Holds the connections, for whoever has to end those that hang. */
      readonly sockets?: SocketSet;
    };

/** The schema of the queue's tables: BullMQ's own, nothing of ours in it, disposable as a whole. */
export const defaultQueueSchema = 'brickyard_queue';

const ROLE = '-c role=brickyard_app';

/**
 * How BullMQ reaches Postgres. Start-up options move out of the URL: node-postgres lets those in the URL win over all others,
 * and BullMQ selects its schema by one.
 */
export function postgresConnection(connection: Extract<QueueConnection, { backend: 'postgres' }>): {
  connectionString: string;
  options: string;
  schema: string;
  max: number;
  connectionTimeoutMillis: number;
  keepAlive: boolean;
  stream?: SocketSet['open'];
} {
  const address = new URL(connection.url);
  const given = address.searchParams.get('options');
  address.searchParams.delete('options');
  return {
    connectionString: address.href,
    options: given === null ? ROLE : `${given} ${ROLE}`,
    schema: connection.schema ?? defaultQueueSchema,
    max: connection.maxConnections ?? 4,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    ...(connection.sockets === undefined ? {} : { stream: connection.sockets.open }),
  };
}
