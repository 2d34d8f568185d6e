import { ScriptedExecutor } from '#test/scripted-executor';
import { describe, expect, it } from 'vitest';
import type { RemoteExecutor } from '../remote-executor.js';
import { NodeCommandError, NodeUnreachableError, type NodeAddress, type NodeCall } from '../storage-nodes.js';
import { GlusterGates } from './gluster-gates.js';
import { defaultRetry, NodeCommands, wordsOf } from './node-commands.js';

const node: NodeAddress = { nodeId: 'n', manageHost: 'node1', storageHost: 'node1', hostKey: null };
const BUSY = {
  exitCode: 1,
  stderr: 'volume start: v1: failed: Another transaction is in progress for v1. Please try again after some time.\n',
};
const start = { argv: ['gluster', 'volume', 'start', 'v1'], timeoutMs: 1000 };

function commandsWith(executor: ScriptedExecutor, signal = new AbortController().signal, forMs = 1000): NodeCommands {
  const call: NodeCall = { signal, onCommand: () => undefined };
  return new NodeCommands(executor, node, call, { forMs, firstDelayMs: 4, longestDelayMs: 16 }, new GlusterGates(8));
}

describe("a node's words for a failure", () => {
  it.each([
    [{ exitCode: 5, stdout: 'out', stderr: ' err \n' }, 'err'],
    [{ exitCode: 1, stdout: ' out\n', stderr: '\n' }, 'out'],
    [{ exitCode: 3, stdout: '', stderr: '' }, 'Process exited with status 3'],
    [
      {
        exitCode: 0,
        stdout: '<cliOutput><opRet>-1</opRet><opErrstr>Volume v does not exist</opErrstr></cliOutput>',
        stderr: '',
      },
      'Volume v does not exist',
    ],
  ])('%#', (result, words) => {
    expect(wordsOf(result)).toBe(words);
  });

  it('become the error, with node, command and exit code', async () => {
    const executor = new ScriptedExecutor().on(/start/, { exitCode: 1, stderr: 'no such luck\n' });
    const error: unknown = await commandsWith(executor)
      .expect(start)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NodeCommandError);
    expect(error).toMatchObject({
      message: 'no such luck',
      node: 'node1',
      command: 'gluster volume start v1',
      exitCode: 1,
    });
  });

  it('never show a secret, of ours or of the node', async () => {
    const executor = new ScriptedExecutor().on(/./, { exitCode: 1, stderr: 'token=hunter2 is wrong' });
    const command = { argv: ['login', '--password', 'hunter2'], timeoutMs: 1 };
    await expect(commandsWith(executor).expect(command)).rejects.toMatchObject({
      command: 'login --password ********',
      message: 'token=******** is wrong',
    });
  });
});

describe('gluster commands', () => {
  it('are repeated while glusterd is busy', async () => {
    const locked = { exitCode: 1, stderr: 'Locking failed on node2. Please check log file for details.' };
    const executor = new ScriptedExecutor().on(/start/, BUSY, locked, BUSY, 0);
    await commandsWith(executor).expectGluster(start);
    expect(executor.lines).toHaveLength(4);
  });

  it('are given up in the words of gluster when it stays busy', async () => {
    const executor = new ScriptedExecutor().on(/start/, BUSY);
    await expect(commandsWith(executor, undefined, 40).expectGluster(start)).rejects.toThrow(
      'Another transaction is in progress for v1',
    );
    expect(executor.lines.length).toBeGreaterThan(2);
  });

  it('are not repeated once the call has ended', async () => {
    const controller = new AbortController();
    const executor = new ScriptedExecutor().on(/start/, BUSY);
    const waiting = commandsWith(executor, controller.signal, 60_000).expectGluster(start);
    setTimeout(() => controller.abort(new Error('lease lost')), 20);
    await expect(waiting).rejects.toThrow('lease lost');
    const sent = executor.lines.length;
    await expect(commandsWith(executor, controller.signal).expectGluster(start)).rejects.toThrow('lease lost');
    expect(executor.lines).toHaveLength(sent);
  });

  it('take turns within a cluster; other clusters have turns of their own', async () => {
    const waiting: (() => void)[] = [];
    const executor: RemoteExecutor = {
      run: () => new Promise((resolve) => waiting.push(() => resolve({ exitCode: 0, stdout: '', stderr: '' }))),
      close: () => Promise.resolve(),
    };
    const gates = new GlusterGates(2);
    const call: NodeCall = { signal: new AbortController().signal, onCommand: () => undefined };
    const started = (clusterId: string, nodeId: string): Promise<unknown> =>
      new NodeCommands(executor, { ...node, clusterId, nodeId }, call, defaultRetry, gates).gluster(start);
    const all = [started('a', 'n1'), started('a', 'n2'), started('a', 'n3'), started('b', 'n4')];
    await expect.poll(() => waiting).toHaveLength(3);
    waiting.shift()?.();
    await expect.poll(() => waiting).toHaveLength(3);
    waiting.forEach((end) => end());
    await Promise.all(all);
  });

  it('that gluster stopped waiting for have an unknown outcome', async () => {
    const executor = new ScriptedExecutor().on(/start/, { exitCode: 1, stderr: 'Error : Request timed out\n' });
    const error: unknown = await commandsWith(executor)
      .expectGluster(start)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NodeUnreachableError);
    expect(error).toMatchObject({ sent: true, message: 'Error : Request timed out' });
  });
});
