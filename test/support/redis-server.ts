import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.js';

export interface TestRedis {
  readonly url: string | null;
  stop(): Promise<void>;
}

/** A Redis to which everything may happen that can happen to one. It keeps nothing over a restart. */
export interface FragileRedis {
  readonly url: string;
  /** Holds the process where it stands: connections stay, nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Its address refuses connections until `start`. */
  stop(): Promise<void>;
  /** In the same place, empty. */
  start(): Promise<void>;
}

interface RedisProcess {
  signal(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** null: there is no `redis-server` on the PATH. */
async function startProcess(port: number): Promise<RedisProcess | null> {
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
  if (!outcome) return null;
  return {
    signal: (signal) => server.kill(signal),
    stop: async () => {
      process.off('exit', killAtExit);
      server.kill('SIGCONT');
      server.kill('SIGTERM');
      await ended;
    },
  };
}

/** REDIS_URL, else a `redis-server` from the PATH on a free loopback port, else none. */
export async function findRedis(): Promise<TestRedis> {
  const given = process.env['REDIS_URL'];
  if (given !== undefined && given !== '') return { url: given, stop: () => Promise.resolve() };
  const port = await freePort();
  const server = await startProcess(port);
  if (server === null) return { url: null, stop: () => Promise.resolve() };
  return { url: `redis://127.0.0.1:${port.toString()}`, stop: () => server.stop() };
}

/** A `redis-server` of one test's own; null where there is none on the PATH. */
export async function startRedis(): Promise<FragileRedis | null> {
  const port = await freePort();
  let server = await startProcess(port);
  if (server === null) return null;
  return {
    url: `redis://127.0.0.1:${port.toString()}`,
    freeze: () => server?.signal('SIGSTOP'),
    thaw: () => server?.signal('SIGCONT'),
    stop: async () => {
      await server?.stop();
      server = null;
    },
    start: async () => {
      server = await startProcess(port);
    },
  };
}
