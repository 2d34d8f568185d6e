/** Programs that tests need: a given one, an installed one, or one from Debian. */
import { canInstall, installPackages, onPath } from './apt.mjs';

/** @returns a sentence where there will be none and its tests are skipped, else null */
async function ensure(name, skipped, say) {
  if (onPath(name)) return null;
  if (!canInstall()) return `no ${name} on PATH: ${skipped}`;
  say(`installing ${name}`);
  try {
    await installPackages([name]);
    return null;
  } catch (error) {
    return `${error.message}: ${skipped}`;
  }
}

/** Redis for the tests of the queue; REDIS_URL names another. @returns why there is none, else null */
export async function ensureRedis(say) {
  if (process.env['REDIS_URL'] !== undefined) return null;
  return ensure('redis-server', 'the tests of the Redis queue are skipped', say);
}

/** The load balancer of the tests of a whole cluster. @returns why there is none, else null */
export function ensureHaproxy(say) {
  return ensure('haproxy', 'the tests of several replicas under load are skipped', say);
}
