/** Redis for the tests of the queue: a given one, an installed one, or one from Debian. */
import { canInstall, installPackages, onPath } from './apt.mjs';

/** @returns a sentence where there will be no Redis and its tests are skipped, else null */
export async function ensureRedis(say) {
  if (process.env['REDIS_URL'] !== undefined || onPath('redis-server')) return null;
  if (!canInstall()) return 'no REDIS_URL and no redis-server on PATH: the tests of the Redis queue are skipped';
  say('installing redis-server');
  try {
    await installPackages(['redis-server']);
    return null;
  } catch (error) {
    return `${error.message}: the tests of the Redis queue are skipped`;
  }
}
