import { Socket } from 'node:net';

/**
 * The TCP connections of a pool or a client, from before they are connected. A server that hangs answers neither a query nor
 * a goodbye: only whoever holds the sockets can end those.
 */
export class SocketSet {
  readonly #open = new Set<Socket>();
  #bytesOfClosed = 0;

  /** For the option `stream` of node-postgres. */
  readonly open = (): Socket => {
    const socket = new Socket();
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#bytesOfClosed += socket.bytesRead;
    });
    return socket;
  };

  /** Grows with every sign of life of the server. */
  get bytesRead(): number {
    let sum = this.#bytesOfClosed;
    for (const socket of this.#open) sum += socket.bytesRead;
    return sum;
  }

  /** Ends all connections at once: what waits for an answer fails, the pool makes new ones when they are needed. */
  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
