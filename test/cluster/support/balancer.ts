import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '#test/free-port';
import { answersOk } from './http-ready.js';
import { Program } from './program.js';

/** As many as haproxy.cfg has. */
export const REPLICAS = 3;

const CONFIG = fileURLToPath(new URL('../haproxy.cfg', import.meta.url));

/** haproxy before the replicas on these ports, not started yet. */
export async function balancer(apiPorts: readonly number[], logs: string): Promise<{ base: string; program: Program }> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
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
    logFile: join(logs, 'haproxy.log'),
    isReady: () => answersOk(`${base}/readyz`),
  });
  return { base, program };
}
