import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '#test/free-port';
import { answersOk } from './http-ready.js';
import { Program } from './program.js';

/** As many as haproxy.cfg has. */
export const REPLICAS = 3;

const CONFIG = fileURLToPath(new URL('../haproxy.cfg', import.meta.url));
const LOOK_MS = 50;
const UP_TIMEOUT_MS = 60_000;

/** haproxy before the replicas. */
export class LoadBalancer {
  private constructor(
    readonly base: string,
    readonly program: Program,
    private readonly logFile: string,
  ) {}

  /** Before those on these ports, api-1 first; not started yet. */
  static async before(apiPorts: readonly number[], logs: string): Promise<LoadBalancer> {
    const port = await freePort();
    const base = `http://127.0.0.1:${port}`;
    const logFile = join(logs, 'haproxy.log');
    const program = new Program({
      name: 'haproxy',
      command: 'haproxy',
      args: ['-db', '-f', CONFIG],
      env: {
        // Debian has it in a folder that is not on everybody's PATH.
        PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`,
        BRICKYARD_BIND: `127.0.0.1:${port}`,
        ...Object.fromEntries(apiPorts.map((apiPort, i) => [`BRICKYARD_API_${i + 1}`, `127.0.0.1:${apiPort}`])),
      },
      logFile,
      isReady: () => answersOk(`${base}/readyz`),
    });
    return new LoadBalancer(base, program, logFile);
  }

  /** To be called before the replica is stopped; what it returns waits until requests go to that replica again. */
  async nextTimeItIsUp(name: string): Promise<() => Promise<void>> {
    const before = await this.#timesUp(name);
    return async () => {
      const deadline = Date.now() + UP_TIMEOUT_MS;
      while ((await this.#timesUp(name)) === before) {
        if (Date.now() > deadline) throw new Error(`haproxy does not see that ${name} is up`);
        await delay(LOOK_MS);
      }
    };
  }

  async #timesUp(name: string): Promise<number> {
    const log = await readFile(this.logFile, 'utf8');
    return log.split(`Server replicas/${name.replace('-', '')} is UP`).length;
  }
}
