import { startSshServer, type SshTestServer } from '#test/ssh-test-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandRecord } from '#domain';
import type { RemoteCommand } from '../remote-executor.js';
import { NodeUnreachableError, type NodeAddress, type NodeCall } from '../storage-nodes.js';
import type { SshOptions } from './options.js';
import { SshExecutor } from './ssh-executor.js';

let server: SshTestServer;
let executors: SshExecutor[];
let records: CommandRecord[];

beforeEach(async () => {
  server = await startSshServer();
  executors = [];
  records = [];
});

afterEach(async () => {
  await Promise.all(executors.map((executor) => executor.close()));
  await server.close();
});

function executorWith(options: Partial<SshOptions> = {}): SshExecutor {
  const executor = new SshExecutor({ user: 'root', privateKey: server.clientKey, port: server.port, ...options });
  executors.push(executor);
  return executor;
}

const node: NodeAddress = { nodeId: 'n1', manageHost: '127.0.0.1', storageHost: '127.0.0.1', hostKey: null };
const command = (argv: readonly string[], more: Partial<RemoteCommand> = {}): RemoteCommand => ({
  argv,
  timeoutMs: 20_000,
  ...more,
});
function call(signal: AbortSignal = new AbortController().signal): NodeCall {
  return { signal, onCommand: (record) => records.push(record) };
}
async function failureOf(work: Promise<unknown>): Promise<NodeUnreachableError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NodeUnreachableError);
  return error as NodeUnreachableError;
}

describe('commands over SSH', () => {
  it('gives back what the program wrote and how it ended', async () => {
    const executor = executorWith();
    const argv = ['sh', '-c', 'echo out; echo "it\'s err" >&2; exit 3'];
    const result = await executor.run(node, command(argv), call());
    expect(result).toEqual({ exitCode: 3, stdout: 'out\n', stderr: "it's err\n" });
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ node: '127.0.0.1', exitCode: 3, stderr: "it's err" });
    expect(records[0]?.command).toMatch(/^sh -c '/);
    expect(records[0]?.durationMs).toBeGreaterThanOrEqual(0);
  });

  it('puts deadline, locale and sudo around the command', async () => {
    const lines: string[] = [];
    server.onExec = (request) => {
      lines.push(request.line);
      request.answer(0);
    };
    await executorWith().run(node, command(['echo', 'a b']), call());
    await executorWith({ sudo: true }).run(node, command(['id'], { timeoutMs: 1500 }), call());
    expect(lines).toEqual([
      "env LC_ALL=C timeout --kill-after=10s 20s echo 'a b'",
      'sudo -n env LC_ALL=C timeout --kill-after=10s 2s id',
    ]);
  });

  it('sends stdin, and its end', async () => {
    const text = 'ä line\n'.repeat(40_000);
    const result = await executorWith().run(node, command(['cat'], { stdin: text }), call());
    expect(result.stdout).toBe(text);
    expect((await executorWith().run(node, command(['cat']), call())).stdout).toBe('');
  });

  it('refuses an answer that is too long instead of cutting it short', async () => {
    const bytes = ['head', '-c', '300000', '/dev/zero'];
    expect((await executorWith().run(node, command(bytes), call())).stdout).toHaveLength(300_000);
    const failure = await failureOf(executorWith({ maxOutputBytes: 1000 }).run(node, command(bytes), call()));
    expect(failure.message).toContain('longer than 1000 bytes');
    expect(failure.sent).toBe(true);
  });

  it('masks secrets in what is recorded', async () => {
    const argv = ['sh', '-c', 'echo "mount: password=$2 is wrong" >&2; exit 1', 'sh', '--password', 'hunter2'];
    await executorWith().run(node, command(argv), call());
    expect(JSON.stringify(records)).not.toContain('hunter2');
    expect(records[0]?.stderr).toBe('mount: password=******** is wrong');
  });

  it('masks a private key as a whole before it keeps the end of what was said', async () => {
    const script = 'exec >&2; echo "-----BEGIN PRIVATE KEY-----"; yes hunter2 | head -c 4000; exit 1';
    await executorWith().run(node, command(['sh', '-c', script]), call());
    expect(records[0]?.stderr).toBe('********');
  });

  it('says that the outcome is unknown where the deadline passed on the node', async () => {
    const failure = await failureOf(executorWith().run(node, command(['sleep', '30'], { timeoutMs: 900 }), call()));
    expect(failure.message).toContain('the deadline of 1 s passed');
    expect(failure.sent).toBe(true);
    expect(records).toMatchObject([{ exitCode: 124 }]);
  });

  it('does not wait for ever for a node that keeps the session open', async () => {
    server.onExec = () => undefined;
    const executor = executorWith({ deadlineGraceMs: 100 });
    const failure = await failureOf(executor.run(node, command(['true'], { timeoutMs: 100 }), call()));
    expect(failure).toMatchObject({ sent: true });
    expect(failure.message).toContain('did not answer in time');
    expect(records).toMatchObject([{ exitCode: null }]);
  });

  it('says which signal ended a command', async () => {
    server.onExec = ({ channel }) => {
      channel.exit('SEGV', true, 'oops');
      channel.end();
    };
    const failure = await failureOf(executorWith().run(node, command(['true']), call()));
    expect(failure.message).toContain('SEGV');
    expect(failure.sent).toBe(true);
  });

  it('names what is wrong with a private key, and shows nothing of it', () => {
    const make = (): SshExecutor => new SshExecutor({ user: 'root', privateKey: 'secret-material' });
    expect(make).toThrow('the SSH private key cannot be read');
    expect(make).not.toThrow('secret-material');
  });
});

describe('an abort', () => {
  it('before the command: nothing is sent and nothing is recorded', async () => {
    const run = executorWith().run(node, command(['true']), call(AbortSignal.abort(new Error('lease lost'))));
    await expect(run).rejects.toThrow('lease lost');
    expect(server.accepted()).toBe(0);
    expect(records).toEqual([]);
  });

  it('during the command: ends the waiting with its reason, and the command on the node', async () => {
    const controller = new AbortController();
    const ended = new Promise<void>((resolve) => {
      server.onExec = ({ channel }) => {
        channel.on('close', () => resolve());
        // stdin has ended: the command runs
        channel.on('end', () => controller.abort(new Error('lease lost')));
        channel.resume();
      };
    });
    await expect(executorWith().run(node, command(['sleep', '60']), call(controller.signal))).rejects.toThrow(
      'lease lost',
    );
    await ended;
    expect(server.signals).toEqual(['KILL']);
    expect(records).toMatchObject([{ exitCode: null }]);
  });

  it('while waiting for a free channel: gives the place in the queue up', async () => {
    const executor = executorWith({ maxChannelsPerConnection: 1 });
    const held = new Promise<() => void>((resolve) => {
      server.onExec = (request) => resolve(() => request.answer(0));
    });
    const first = executor.run(node, command(['first']), call());
    const answerFirst = await held;
    const controller = new AbortController();
    const second = executor.run(node, command(['second']), call(controller.signal));
    controller.abort(new Error('stopping'));
    await expect(second).rejects.toThrow('stopping');
    server.onExec = (request) => request.answer(0, request.line);
    const third = executor.run(node, command(['third']), call());
    answerFirst();
    await first;
    expect((await third).stdout).toContain('third');
  });
});
