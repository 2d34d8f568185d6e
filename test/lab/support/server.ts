import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { testKeys } from '#test/http-client';
import { HeketiClient } from '../../../apps/cli/src/client/heketi-client.js';
import type { Lab } from './lab.js';

const checkout = join(import.meta.dirname, '..', '..', '..');
const brickyard = join(checkout, 'bin', 'brickyard.mjs');
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 60_000;

interface Attempt {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Brickyard as an administrator runs it: the compiled program, configured by environment, with its embedded Postgres. */
export class Server {
  #process: ChildProcess | null = null;

  private constructor(
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
    readonly base: string,
  ) {}

  static async create(lab: Lab): Promise<Server> {
    const run = promisify(execFile);
    await run(process.execPath, [join(checkout, 'scripts', 'prepare.mjs')]);
    const folder = await mkdtemp(join(tmpdir(), 'brickyard-lab-'));
    const port = await freePort();
    const environment = {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: port.toString(),
      DATABASE_URL: '',
      REDIS_URL: '',
      BRICKYARD_DATA_DIR: folder,
      HEKETI_ADMIN_KEY: testKeys.admin,
      HEKETI_USER_KEY: testKeys.user,
      HEKETI_EXECUTOR: 'ssh',
      HEKETI_SSH_KEYFILE: lab.ssh.privateKeyFile,
      HEKETI_SSH_USER: lab.ssh.user,
      HEKETI_SSH_PORT: lab.ssh.port.toString(),
      // A worker that is killed holds its leases for this long.
      BRICKYARD_LEASE_TTL_MS: '10000',
      BRICKYARD_RECONCILE_INTERVAL_MS: '1000',
    };
    return new Server(folder, environment, `http://127.0.0.1:${port}`);
  }

  get client(): HeketiClient {
    return new HeketiClient({ baseUrl: this.base, issuer: 'admin', key: testKeys.admin });
  }

  async start(): Promise<void> {
    const log = await open(join(this.folder, 'server.log'), 'a');
    const child = spawn(process.execPath, [brickyard, 'serve'], {
      env: this.environment,
      stdio: ['ignore', log.fd, log.fd],
    });
    await log.close();
    this.#process = child;
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await this.#answers())) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`the server did not start:\n${await this.log()}`);
      await delay(200);
    }
  }

  async #answers(): Promise<boolean> {
    try {
      return (await fetch(new URL('/hello', this.base))).ok;
    } catch {
      return false; // it does not listen yet
    }
  }

  /** A power cut of the control plane. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** @throws Error where it does not stop in order */
  async stop(): Promise<void> {
    if ((await this.#end('SIGTERM')) !== 0) throw new Error(`the server did not stop in order:\n${await this.log()}`);
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    if (child === null) return null;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exit = once(child, 'exit', { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
    child.kill(signal);
    const [exitCode] = (await exit) as [number | null];
    return exitCode;
  }

  /** Runs a `brickyard` command against this server. */
  async command(...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [brickyard, ...args], { env: this.environment });
    return stdout;
  }

  /** The same for a command that may say no. */
  async attempt(...args: readonly string[]): Promise<Attempt> {
    const child = spawn(process.execPath, [brickyard, ...args], {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    return { exitCode: exitCode ?? -1, stdout, stderr };
  }

  /** Loads the lab's nodes with one disk each, by `brickyard topology load`. */
  async loadTopology(lab: Lab): Promise<void> {
    const nodes = lab.nodes.map((node, i) => ({
      node: { hostnames: { manage: [node.manageHost], storage: [node.storageHost] }, zone: i + 1 },
      devices: node.devices.slice(0, 1),
    }));
    const file = join(this.folder, 'topology.json');
    await writeFile(file, JSON.stringify({ clusters: [{ nodes }] }));
    await this.command('topology', 'load', '--server', this.base, '--json', file);
  }

  async log(): Promise<string> {
    return (await readFile(join(this.folder, 'server.log'), 'utf8')).split('\n').slice(-40).join('\n');
  }

  /** Stops it and removes what it kept. */
  async dispose(): Promise<void> {
    await this.#end('SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
