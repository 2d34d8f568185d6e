import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSshServer, type SshTestServer } from '#test/ssh-test-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandRecord } from '#domain';
import { SshExecutor } from '../ssh/ssh-executor.js';
import { FencedError, ForeignNodeError, NodeCommandError, type NodeAddress, type NodeCall } from '../storage-nodes.js';
import { FencedExecutor, type FenceOptions } from './fenced-executor.js';
import { fenceScript, type FenceScript } from './fence-script.js';

const node: NodeAddress = { nodeId: 'n1', manageHost: '127.0.0.1', storageHost: '127.0.0.1', hostKey: null };

let root: string;
let script: FenceScript;
let server: SshTestServer;
let executor: FencedExecutor;
let lines: string[];
let records: CommandRecord[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fence-'));
  script = fenceScript({ run: `${root}/run`, state: `${root}/state` });
  server = await startSshServer();
  lines = [];
  records = [];
  server.onExec = (request) => {
    lines.push(request.line);
    request.runForReal();
  };
  executor = executorOf({});
});

afterEach(async () => {
  await executor.close();
  await server.close();
  await rm(root, { recursive: true });
});

/** As a node, this machine: the real script, in folders of the test. */
function executorOf(options: FenceOptions): FencedExecutor {
  const transport = new SshExecutor({ user: 'root', privateKey: server.clientKey, port: server.port });
  return new FencedExecutor(transport, { patienceSeconds: 1, graceSeconds: 1, ...options }, script);
}

function call(epochs?: Readonly<Record<string, number>>): NodeCall {
  const fence = epochs === undefined ? {} : { fence: { epochs } };
  return { ...fence, signal: new AbortController().signal, onCommand: (record) => records.push(record) };
}

const command = (...argv: string[]) => ({ argv, timeoutMs: 20_000 });

describe('a fenced command', () => {
  it('installs the script on a node that has none, then runs, and costs nothing more from then on', async () => {
    const first = await executor.run(node, command('echo', 'a b'), call({ 'volume/x': 1 }));
    expect(first).toEqual({ exitCode: 0, stdout: 'a b\n', stderr: '' });
    expect(lines).toHaveLength(3);
    expect(await readFile(script.path, 'utf8')).toBe(script.text);
    expect(await readdir(`${root}/run`)).not.toContainEqual(expect.stringContaining(`${script.path}.`));

    await executor.run(node, command('echo', 'c'), call({ 'volume/x': 1 }));
    expect(lines).toHaveLength(4);
    expect(lines[3]).toBe(`env LC_ALL=C timeout --kill-after=10s 20s sh ${script.path} run volume/x=1 -- echo c`);
  });

  it('is recorded as the plain command, once; what installed the script is recorded too', async () => {
    await executor.run(node, command('echo', 'a'), call({ 'volume/x': 1 }));
    expect(records.map((record) => record.command)).toEqual([expect.stringContaining('sha256sum'), 'echo a']);
  });

  it('gets its stdin, and its exit code and output come back as they are', async () => {
    const argv = ['sh', '-c', 'cat; echo words >&2; exit 75'];
    const result = await executor.run(node, { ...command(...argv), stdin: 'text' }, call({ 'volume/x': 1 }));
    expect(result).toEqual({ exitCode: 75, stdout: 'text', stderr: 'words\n' });
  });

  it('does not run where the node has seen a higher epoch of any of its leases', async () => {
    await executor.run(node, command('true'), call({ 'volume/x': 2, 'peers/y': 1 }));
    const late = executor.run(node, command('touch', `${root}/late`), call({ 'volume/x': 1, 'peers/y': 1 }));
    await expect(late).rejects.toThrow(FencedError);
    await expect(late).rejects.toThrow('node 127.0.0.1: volume/x is at epoch 2, refused 1');
    expect(await readdir(root)).not.toContain('late');
  });

  it.each(['volume/x;reboot', '../x', '/x', 'volume//x', '-x', 'a=b', ''])(
    'is not sent for the lease key %j',
    async (key) => {
      await expect(executor.run(node, command('true'), call({ [key]: 1 }))).rejects.toThrow('lease key is not usable');
      expect(lines).toEqual([]);
    },
  );

  it('is run as it is where the call has no fence', async () => {
    await executor.run(node, command('true'), call());
    await executor.run(node, command('true'), call({}));
    expect(lines).toEqual(Array<string>(2).fill('env LC_ALL=C timeout --kill-after=10s 20s true'));
  });

  it('is an error where the node cannot keep what it has to know, and no answer of the command', async () => {
    await writeFile(`${root}/state`, 'in the way');
    const run = executor.run(node, command('touch', `${root}/done`), call({ 'volume/x': 1 }));
    await expect(run).rejects.toThrow(NodeCommandError);
    await expect(run).rejects.toThrow('cannot make its folders');
    expect(await readdir(root)).not.toContain('done');
  });

  it('does not install a script that was cut off on its way', async () => {
    const half = script.text.slice(0, 2000);
    const result = await executor.run(node, { ...command(...script.install), stdin: half }, call());
    expect(result.exitCode).not.toBe(0);
    await expect(readFile(script.path)).rejects.toThrow('ENOENT');
  });
});

describe('an installation', () => {
  const ours = { installationId: '11111111-1111-4111-8111-111111111111' };
  const theirs = { installationId: '22222222-2222-4222-8222-222222222222' };

  it('marks a node with its first fenced command', async () => {
    executor = executorOf(ours);
    await executor.takeOver(node, call({ 'volume/x': 1 }));
    expect(await executor.installationOf(node, call())).toBeNull();
    await executor.run(node, command('true'), call({ 'volume/x': 1 }));
    expect(await executor.installationOf(node, call())).toBe(ours.installationId);
    expect(await readFile(script.marker, 'utf8')).toBe(`${ours.installationId}\nn1\n`);
  });

  it('runs nothing on a node of another one, and says what to do', async () => {
    await executorOf(theirs).run(node, command('true'), call({ 'volume/x': 1 }));
    executor = executorOf(ours);
    for (const work of [
      () => executor.run(node, command('touch', `${root}/done`), call({ 'volume/y': 1 })),
      () => executor.takeOver(node, call({ 'volume/y': 1 })),
      () => executor.forget(node, call({ 'volume/y': 1 })),
    ]) {
      const answer = await work().catch((error: unknown) => error);
      expect(answer).toBeInstanceOf(ForeignNodeError);
      expect(String(answer)).toContain(
        `node 127.0.0.1 belongs to another installation of Brickyard: ${script.marker} there says ${theirs.installationId}, ` +
          `this installation is ${ours.installationId}. Nothing was changed. If that installation is really gone, remove this file`,
      );
    }
    expect(await readdir(root)).not.toContain('done');
    expect(await readdir(`${root}/state/epochs`)).toEqual(['volume:x']);
  });

  it('leaves a node with nothing of its own', async () => {
    executor = executorOf(ours);
    await executor.run(node, command('true'), call({ 'volume/x': 1 }));
    await executor.forget({ ...node, nodeId: 'the-same-machine' }, call({ 'node/n2': 1 }));
    expect(await executor.installationOf(node, call())).toBe(ours.installationId);
    await executor.forget(node, call({ 'node/n1': 1 }));
    expect(await readdir(root)).toEqual(['run']);
    await executorOf(theirs).run(node, command('true'), call({ 'volume/x': 1 }));
  });
});

describe('taking over', () => {
  it('raises the epochs, installing the script where it is missing', async () => {
    await executor.takeOver(node, call({ 'volume/x': 2 }));
    await expect(executor.run(node, command('true'), call({ 'volume/x': 1 }))).rejects.toThrow(FencedError);
    await expect(executor.takeOver(node, call({ 'volume/x': 1 }))).rejects.toThrow(FencedError);
    await executor.takeOver(node, call({ 'volume/x': 2 }));
  });

  it('ends what runs below', async () => {
    await executor.run(node, command('true'), call({ 'volume/x': 1 }));
    const stuck = executor.run(node, command('sh', '-c', `touch ${root}/begun; sleep 60`), call({ 'volume/x': 1 }));
    await expect.poll(() => readdir(root)).toContain('begun');
    await executor.takeOver(node, call({ 'volume/x': 2 }));
    expect(await stuck).toMatchObject({ exitCode: 143 });
  });

  it('does nothing without a fence', async () => {
    await executor.takeOver(node, call());
    expect(lines).toEqual([]);
  });
});
