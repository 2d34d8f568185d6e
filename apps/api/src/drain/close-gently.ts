import { Server as NetServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/** For what was sent before the port was closed and has not been read yet. */
const LINGER_MS = 300;

/**
 * Closes the port of an HTTP server and nothing else: whoever is connected is still answered. What was sent until now, on a
 * connection that was idle or on one that nobody has taken yet, is read before this resolves.
 */
export async function closePort(server: NetServer): Promise<void> {
  // Takes the connections that wait in the kernel: they would be reset with the port.
  await nextTurn();
  await nextTurn();
  // Node's http.Server.close ends idle connections as well, and with them the requests that are just arriving on them.
  NetServer.prototype.close.call(server);
  await delay(LINGER_MS);
  await nextTurn();
  await nextTurn();
}
