import { newKeyPair, startSshServer, type ExecRequest, type SshTestServer } from '#test/ssh-test-server';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PinnedHostKey } from '#domain';
import { NodeUnreachableError, type NodeAddress, type NodeCall } from '../storage-nodes.js';
import { describeHostKey } from './host-key.js';
import type { SshOptions } from './options.js';
import { SshExecutor } from './ssh-executor.js';

let server: SshTestServer;
let executor: SshExecutor;

beforeEach(async () => {
  server = await startSshServer();
  executor = executorWith({});
});

afterEach(async () => {
  await executor.close();
  await server.close();
});

function executorWith(options: Partial<SshOptions>): SshExecutor {
  return new SshExecutor({ user: 'root', privateKey: server.clientKey, port: server.port, ...options });
}
async function useExecutorWith(options: Partial<SshOptions>): Promise<void> {
  await executor.close();
  executor = executorWith(options);
}

const node: NodeAddress = { nodeId: 'n1', manageHost: '127.0.0.1', storageHost: '127.0.0.1', hostKey: null };
const nothing = (): void => undefined;
const quiet: NodeCall = { signal: new AbortController().signal, onCommand: nothing };
const run = (address: NodeAddress = node, call: NodeCall = quiet): Promise<{ stdout: string }> =>
  executor.run(address, { argv: ['echo', 'hi'], timeoutMs: 10_000 }, call);

async function failure(work: Promise<unknown> = run()): Promise<NodeUnreachableError> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(NodeUnreachableError);
  return error as NodeUnreachableError;
}

/** The server holds every command until it is told to answer; `most` is how many there were at once. */
function holdCommands(): { readonly held: ExecRequest[]; readonly answerAll: () => void; most: () => number } {
  const held: ExecRequest[] = [];
  let most = 0;
  server.onExec = (request) => {
    held.push(request);
    most = Math.max(most, held.length);
  };
  return { held, most: () => most, answerAll: () => held.splice(0).forEach((request) => request.answer(0)) };
}

describe('the connection to a node', () => {
  it('is shared by eight commands at a time; the others wait their turn', async () => {
    const { held, answerAll, most } = holdCommands();
    let done = 0;
    const all = Array.from({ length: 30 }, () => run().then(() => (done += 1)));
    while (done < 30) {
      await vi.waitFor(() => expect(held.length).toBe(Math.min(8, 30 - done)), 4000);
      const before = done + held.length;
      answerAll();
      await vi.waitFor(() => expect(done).toBe(before), 4000);
    }
    await Promise.all(all);
    expect(most()).toBe(8);
    expect(server.accepted()).toBe(1);
  });

  it('makes do with fewer sessions where the node allows fewer', async () => {
    server.maxSessions = 3;
    const results = await Promise.all(Array.from({ length: 12 }, () => run()));
    expect(results.map((result) => result.stdout)).toEqual(Array.from({ length: 12 }, () => 'hi\n'));
    expect(server.accepted()).toBe(1);
  });

  it('is closed when idle and opened again when needed', async () => {
    await useExecutorWith({ idleCloseMs: 30 });
    await run();
    await vi.waitFor(() => expect(server.connections.size).toBe(0), 4000);
    await run();
    expect(server.accepted()).toBe(2);
  });

  it('is one for each node', async () => {
    await Promise.all([run(), run({ ...node, nodeId: 'n2' })]);
    expect(server.accepted()).toBe(2);
  });

  it('takes a port that is given with the host', async () => {
    await useExecutorWith({ port: 1 });
    const address = { ...node, manageHost: `127.0.0.1:${server.port}` };
    expect((await run(address)).stdout).toBe('hi\n');
  });
});

describe('when the connection is lost', () => {
  it('during a command: the outcome is unknown', async () => {
    server.onExec = (request) => request.cut();
    const error = await failure();
    expect(error.sent).toBe(true);
    expect(error.message).toContain('no answer from node 127.0.0.1');
  });

  it('between commands: the next one takes a new connection', async () => {
    await run();
    server.onExec = (request) => {
      server.onExec = (next) => next.runForReal();
      request.cut();
    };
    await failure();
    expect((await run()).stdout).toBe('hi\n');
    expect(server.accepted()).toBe(2);
  });

  it('before the command: nothing was sent', async () => {
    const { port } = server;
    await server.close();
    const error = await failure();
    expect(error.sent).toBe(false);
    expect(error.message).toContain(`cannot reach node 127.0.0.1 (127.0.0.1:${port}): connect ECONNREFUSED`);
    server = await startSshServer();
  });

  it('fails at once for a while after a failed connect; then one command tries again, and the others do not wait for it', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { port } = server;
      await server.close();
      await failure();
      const mute = createServer((socket) => socket.resume()).listen(port, '127.0.0.1');
      const tried = once(mute, 'connection');
      expect((await failure()).sent).toBe(false);
      expect(executor.health.conditions()).toMatchObject([{ suspicion: 'unreachable', circuit: 'open' }]);
      vi.advanceTimersByTime(1300);
      const trying = failure();
      await tried;
      expect((await failure()).message).toContain('ECONNREFUSED');
      expect(executor.health.conditions()).toMatchObject([{ circuit: 'half-open' }]);
      await executor.close();
      await trying;
      await new Promise<void>((resolve) => mute.close(() => resolve()));
      server = await startSshServer(newKeyPair(), port);
      executor = executorWith({});
      expect((await run()).stdout).toBe('hi\n');
      expect(executor.health.conditions()).toMatchObject([{ suspicion: null, circuit: 'closed' }]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives up on a node that accepts and says nothing', async () => {
    const mute = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const address = mute.address() as { port: number };
    await useExecutorWith({ port: address.port, connectTimeoutMs: 200 });
    expect((await failure()).message).toContain('Timed out');
    await new Promise<void>((resolve) => mute.close(() => resolve()));
  });

  it('takes nothing more once it is closed', async () => {
    await run();
    await executor.close();
    expect((await failure()).message).toContain('closed');
  });
});

describe('host keys', () => {
  /** Runs one command and returns the keys that were reported. */
  async function keysOf(address: NodeAddress = node, call: Partial<NodeCall> = {}): Promise<PinnedHostKey[]> {
    const keys: PinnedHostKey[] = [];
    await run(address, { ...quiet, ...call, onHostKey: (_nodeId, key) => keys.push(key) });
    return keys;
  }
  async function restartWith(pair: ReturnType<typeof newKeyPair>): Promise<void> {
    const { port } = server;
    await server.close();
    server = await startSshServer(pair, port);
  }

  it('are taken on first use and reported as ssh-keygen prints them', async () => {
    const [key, ...more] = await keysOf();
    expect(more).toEqual([]);
    expect(key?.algorithm).toBe('ssh-ed25519');
    expect(key?.publicKey).toMatch(/^AAAAC3NzaC1lZDI1NTE5/);
    expect(key?.fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });

  it('are reported once to every call for a node that has none pinned, and never where one is', async () => {
    const reported: PinnedHostKey[] = [];
    const call: NodeCall = { ...quiet, onHostKey: (_nodeId, key) => reported.push(key) };
    await Promise.all([run(node, call), run(node, call)]);
    expect(reported).toHaveLength(1);
    expect(await keysOf()).toEqual(reported);
    expect(await keysOf({ ...node, hostKey: reported[0]! })).toEqual([]);
  });

  it('that are pinned let the node in, in a new process as well', async () => {
    const [key] = await keysOf();
    await useExecutorWith({});
    expect((await run({ ...node, hostKey: key! })).stdout).toBe('hi\n');
  });

  it('that have changed are refused, with all that an administrator needs', async () => {
    const [key] = await keysOf();
    const pair = newKeyPair();
    await restartWith(pair);
    await useExecutorWith({});
    const error = await failure(run({ ...node, hostKey: key! }));
    const shown = describeHostKey(Buffer.from(pair.public.split(' ')[1]!, 'base64'));
    expect(error.sent).toBe(false);
    expect(error.message).toContain(`127.0.0.1:${server.port}`);
    expect(error.message).toContain(`pinned ssh-ed25519 ${key!.fingerprint}`);
    expect(error.message).toContain(`shown ssh-ed25519 ${shown.fingerprint}`);
    expect(error.message).toContain('brickyard admin pin-host-key');
  });

  it('of a first contact hold for the process, before they are pinned', async () => {
    const pair = newKeyPair();
    await restartWith(pair);
    await keysOf();
    await restartWith(newKeyPair());
    expect((await failure()).message).toContain('is not the pinned one');
    expect(server.accepted()).toBeGreaterThan(0);
  });

  it('pinned to another key end a connection that was taken on trust', async () => {
    await run();
    const other = describeHostKey(Buffer.from(newKeyPair().public.split(' ')[1]!, 'base64'));
    expect((await failure(run({ ...node, hostKey: other }))).message).toContain('is not the pinned one');
  });
});
