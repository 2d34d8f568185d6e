import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

export interface CuttableWay {
  /** The given URL, by this way. */
  readonly url: string;
  /** Ends every connection, and each new one at once. */
  cut(): void;
  /** Swallows everything from now on, in both directions; connections stay, and new ones are taken. */
  silence(): void;
  /**
   * Ends a connection when its client sends something that contains these bytes: before it is passed on, or once the server
   * has received it. Once only.
   */
  cutAt(bytes: string, when: 'before' | 'after'): void;
  mend(): void;
  close(): Promise<void>;
}

/** A TCP way to a server that can be cut. */
export async function cuttableWay(url: string): Promise<CuttableWay> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  let trap: { readonly bytes: string; readonly when: 'before' | 'after' } | null = null;
  const server = createServer((client) => {
    if (state === 'cut') {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (state === 'silent') return;
      const sprung = trap !== null && chunk.includes(trap.bytes) ? trap : null;
      if (sprung === null) {
        upstream.write(chunk);
        return;
      }
      trap = null;
      if (sprung.when === 'before') {
        client.destroy();
        return;
      }
      // The server's answer means that it has done it; it does not get back.
      upstream.removeAllListeners('data').once('data', () => client.destroy());
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (state !== 'silent') client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const way = new URL(url);
  way.hostname = '127.0.0.1';
  way.port = (server.address() as AddressInfo).port.toString();
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: way.href,
    cut: () => {
      state = 'cut';
      endAll();
    },
    silence: () => (state = 'silent'),
    cutAt: (bytes, when) => (trap = { bytes, when }),
    mend: () => (state = 'open'),
    close: () => {
      endAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
