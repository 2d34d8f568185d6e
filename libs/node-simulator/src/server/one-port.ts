import { messageOf } from '#kernel';

interface Listener {
  readonly manageHost: string;
  listen(port: number): Promise<number>;
  close(): Promise<void>;
}

/** Free ports differ between addresses: how often another one is tried. */
const TRIES = 20;

/**
 * Clients configure one SSH port for all nodes, so all must get the same one, each on an address of its own.
 * @throws Error where `fixed` is taken on some address, or an address is not this machine's
 */
export async function listenOnOnePort(
  listeners: readonly Listener[],
  fixed: number | null,
  preferred: number | null,
): Promise<number> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await listenAll(listeners, fixed ?? (tried === 0 ? (preferred ?? 0) : 0));
    } catch (error) {
      if (fixed !== null || !isTaken(error) || tried >= TRIES) throw explained(error, listeners);
    }
  }
}

async function listenAll(listeners: readonly Listener[], wanted: number): Promise<number> {
  let port = wanted;
  try {
    for (const listener of listeners) port = await listener.listen(port);
    return port;
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function explained(error: unknown, listeners: readonly Listener[]): Error {
  const hosts = listeners.map(({ manageHost }) => manageHost).join(', ');
  return new Error(`simulated nodes cannot listen on ${hosts}: ${messageOf(error)}`, { cause: error });
}
