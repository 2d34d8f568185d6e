import { Redis } from 'ioredis';
import { within } from '#kernel';
import type { QueueConnection } from './connection.js';

const TIMEOUT_MS = 2000;
/** BullMQ's own. */
const DEFAULT_PREFIX = 'bull';

type RedisConnection = Extract<QueueConnection, { backend: 'redis' }>;

/** The key that remembers whose queue this is; under the queue's prefix, so it goes with the queue when that is wiped. */
export function ownerKey({ prefix = DEFAULT_PREFIX }: RedisConnection): string {
  return `${prefix}:brickyard:installation`;
}

/**
 * The id of the installation that a queue in Redis belongs to: the first that wanted it.
 * @param claimFor becomes the owner of a queue that has none; null: only looks
 * @returns null where it belongs to none
 * @throws Error where Redis does not answer
 */
export async function queueOwner(connection: RedisConnection, claimFor: string | null): Promise<string | null> {
  const redis = new Redis(connection.url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  // What went wrong is thrown by the question.
  redis.on('error', () => undefined);
  let owner: string | null = null;
  const ask = async (): Promise<void> => {
    const key = ownerKey(connection);
    if (claimFor !== null) await redis.setnx(key, claimFor);
    owner = await redis.get(key);
  };
  try {
    if ((await within(TIMEOUT_MS, ask(), () => undefined)) === 'timeout') throw new Error('Redis does not answer');
    return owner;
  } finally {
    redis.disconnect();
  }
}
