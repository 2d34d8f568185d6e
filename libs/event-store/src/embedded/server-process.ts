import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerAccount } from './os-user.js';

/** The server ended before it was ready. */
export class StartFailure extends Error {
  constructor(
    /** The server's own words, null where it had none. */
    readonly reason: string | null,
    log: string,
  ) {
    super(`Postgres did not start: ${reason ?? 'no reason given'}`);
    this.name = 'StartFailure';
    this.portTaken = log.includes('Address already in use');
    this.dataDirectoryInUse = log.includes('lock file "postmaster.pid" already exists');
  }

  readonly portTaken: boolean;
  readonly dataDirectoryInUse: boolean;
}

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;
const KEPT_LINES = 50;

/** One running server. */
export class ServerProcess {
  readonly #child: ChildProcess;
  /** Resolves when the process has ended, to its exit code or signal. */
  readonly ended: Promise<string>;
  readonly #stopAtExit: () => void;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${String(code)}`));
    });
    this.#stopAtExit = () => child.kill('SIGINT');
    process.once('exit', this.#stopAtExit);
    child.once('exit', () => process.off('exit', this.#stopAtExit));
  }

  /** Resolves when the server accepts connections. @throws StartFailure */
  static async start(
    binary: string,
    pgData: string,
    options: Readonly<Record<string, string>>,
    account: ServerAccount,
    onLog: (line: string) => void,
  ): Promise<ServerProcess> {
    const flags = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const line = [...account.prefix, binary, '-D', pgData, ...flags];
    const child = spawn(line[0] ?? binary, line.slice(1), {
      // A group of its own: Ctrl-C is for the application, which stops the server when it has finished with it.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
      ...(account.user === null ? {} : { uid: account.user.uid, gid: account.user.gid }),
    });
    const failed = new Promise<Error>((resolve) => child.once('error', resolve));
    const lines: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (lines.push(line) > KEPT_LINES) lines.shift();
      onLog(line);
    });
    const server = new ServerProcess(child);
    // "close" comes after the last line of the log, "exit" may not.
    const closed = new Promise<'ended'>((resolve) => child.once('close', () => resolve('ended')));
    const outcome = await Promise.race([server.#becomesReady(pgData, closed), failed, closed]);
    if (outcome === 'ready') return server;
    if (outcome instanceof Error) throw new StartFailure(outcome.message, '');
    if (outcome === 'late') await server.stop();
    throw new StartFailure(lastReason(lines), lines.join('\n'));
  }

  /** Fast shutdown, and after a while the immediate one, which costs a recovery at the next start. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGINT');
    const patience = new AbortController();
    const late = delay(STOP_TIMEOUT_MS, 'late', { signal: patience.signal }).catch(() => 'stopped');
    if ((await Promise.race([this.ended, late])) === 'late') this.#child.kill('SIGQUIT');
    patience.abort();
    await this.ended;
  }

  /** The eighth line of postmaster.pid is where Postgres tells its starter (as it does pg_ctl) that it is ready. */
  async #becomesReady(pgData: string, closed: Promise<'ended'>): Promise<'ready' | 'late' | 'ended'> {
    const path = join(pgData, 'postmaster.pid');
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < deadline) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) return closed;
      const [pid, , , , , , , status] = (await readFile(path, 'utf8').catch(() => '')).split('\n');
      if (Number(pid) === this.#child.pid && status?.trim() === 'ready') return 'ready';
      await delay(10);
    }
    return 'late';
  }
}

function lastReason(lines: readonly string[]): string | null {
  const line = lines.findLast((text) => /\b(FATAL|PANIC):/.test(text));
  return line?.replace(/^.*?\b(?:FATAL|PANIC):\s*/, '') ?? null;
}
