import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

export interface TestRedis {
  readonly url: string | null;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** REDIS_URL, else a `redis-server` from the PATH on a free loopback port, else none. */
export async function findRedis(): Promise<TestRedis> {
  const given = process.env['REDIS_URL'];
  if (given !== undefined && given !== '') return { url: given, stop: () => Promise.resolve() };
  const port = await freePort();
  const flags = ['--port', port.toString(), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', [...flags, '--maxmemory-policy', 'noeviction'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // Also where the set-up fails half-way or the run is broken off.
  const killAtExit = (): boolean => server.kill('SIGKILL');
  process.once('exit', killAtExit);
  const missing = new Promise<false>((resolve) => server.once('error', () => resolve(false)));
  const lines = createInterface({ input: server.stdout });
  const ready = new Promise<true>((resolve) => {
    lines.on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve(true);
    });
  });
  const ended = new Promise<null>((resolve) => server.once('exit', () => resolve(null)));
  const outcome = await Promise.race([ready, missing, ended]);
  if (outcome === null) throw new Error('redis-server ended before it was ready');
  if (!outcome) return { url: null, stop: () => Promise.resolve() };
  return {
    url: `redis://127.0.0.1:${port.toString()}`,
    stop: async () => {
      process.off('exit', killAtExit);
      server.kill('SIGTERM');
      await ended;
    },
  };
}
