import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { HistoryEntry } from '#audit';
import { testKeys, type TestIssuer } from '#test/http-client';
import { refusalOf } from '#test/refusal';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeketiClient } from '../../apps/cli/src/client/heketi-client.js';
import { type ListPage, V1Client } from '../../apps/cli/src/client/v1-client.js';

const brickyard = fileURLToPath(new URL('../../bin/brickyard.mjs', import.meta.url));
const guide = new URL('../../docs/how-to/find-out-what-happened.md', import.meta.url);
const replica3 = { type: 'replicate', replicate: { replica: 3 } };
const WORDS = 'volume add-brick: failed: Commit failed on 127.0.1.2. Please check log file for details.';

/** Several people at work on one cluster, and something goes wrong. Afterwards the log tells what each of them did. */
describe('the history', () => {
  let system: SimulatedSystem;
  let volumeId = '';
  let clusterId = '';
  let nodeIds: readonly string[] = [];
  let auditor: V1Client;

  const as = (actor: string, issuer: TestIssuer): HeketiClient =>
    new HeketiClient({ baseUrl: system.base, issuer, key: testKeys[issuer], actor });

  beforeAll(async () => {
    system = await startSimulatedSystem();
    auditor = new V1Client({ baseUrl: system.base, issuer: 'auditor', key: testKeys.auditor, actor: 'iris' });
    await system.loadAll();
    [clusterId = ''] = (await system.client.get<{ clusters: string[] }>('/clusters')).clusters;
    nodeIds = (await system.client.get<{ nodes: string[] }>(`/clusters/${clusterId}`)).nodes;
    const olga = as('olga', 'user');
    const paul = as('paul', 'user');
    const location = await olga.change('POST', '/volumes', { size: 10, name: 'night', durability: replica3 });
    volumeId = location!.split('/').at(-1)!;
    const expand = (): Promise<unknown> => paul.change('POST', `/volumes/${volumeId}/expand`, { expand_size: 5 });
    for (const { faults } of system.simulator.nodes) {
      faults.add({ match: /add-brick/, action: { kind: 'fail', exitCode: 1, stderr: `${WORDS}\n` } });
    }
    expect(await refusalOf(expand())).toContain(WORDS);
    for (const { faults } of system.simulator.nodes) faults.clear();
    await expand();
    await olga.change('DELETE', `/volumes/${volumeId}`);
  });
  afterAll(() => system.close());

  async function history(kind: string, id: string, query = {}): Promise<readonly HistoryEntry[]> {
    const entries: HistoryEntry[] = [];
    for await (const entry of auditor.items<HistoryEntry>(`/v1/${kind}s/${id}/history`, query)) entries.push(entry);
    return entries;
  }

  /** The command line, as an auditor uses it. */
  function run(
    ...args: readonly string[]
  ): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
    const env = {
      ...process.env,
      HEKETI_CLI_SERVER: system.base,
      HEKETI_CLI_USER: 'auditor',
      BRICKYARD_AUDITOR_KEY: testKeys.auditor,
      BRICKYARD_CONFIG: '/nowhere/config.yaml',
    };
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [brickyard, ...args], { env }, (_error, stdout, stderr) =>
        resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  }

  it('of a volume that is gone says who made, grew and deleted it, and why it went wrong once', async () => {
    const entries = await history('volume', volumeId);
    expect(entries.map(({ actor, issuer, what }) => [actor, issuer, what])).toEqual([
      ['olga', 'user', 'volume night created'],
      ['paul', 'user', `volume night was not expanded: ${WORDS}`],
      ['paul', 'user', 'volume night expanded'],
      ['olga', 'user', 'volume night deleted'],
    ]);
    const failed = entries[1]!.operation!;
    expect(failed).toMatchObject({ kind: 'volume-expand', status: 'failed', reason: WORDS });
    const results = failed.steps.map(({ step, result }) => `${step.split(' ')[0]} ${result}`);
    expect(results.slice(0, 4)).toEqual(['brick done', 'brick done', 'brick done', 'add-bricks failed']);
    expect(results.filter((result) => result === 'brick undone')).toHaveLength(3);
    const commands = failed.steps[3]!.commands.filter(({ exitCode }) => exitCode !== 0);
    expect(commands.at(-1)).toMatchObject({
      exitCode: 1,
      stderr: WORDS,
      command: expect.stringContaining('add-brick night') as string,
    });
    expect(entries.every(({ sourceAddress, requestId }) => sourceAddress === '127.0.0.1' && requestId !== '')).toBe(
      true,
    );
  });

  it('of a device and of a node tells which bricks came and went, by whom, for which volume', async () => {
    const { devices } = await system.client.get<{ devices: { id: string }[] }>(`/nodes/${nodeIds[0]!}`);
    const ofBricks = [
      ['olga', expect.stringMatching(/^brick of volume night came/) as string],
      ['paul', expect.stringMatching(/^brick of volume night went/) as string],
      ['paul', expect.stringMatching(/^brick of volume night came/) as string],
      ['olga', expect.stringMatching(/^2 bricks of volume night went/) as string],
    ];
    const ofDevice = await history('device', devices[0]!.id);
    expect(ofDevice.map(({ actor, what }) => [actor, what])).toEqual([
      ['admin', expect.stringMatching(/^device \/dev\/vdb of node [\d.]+ added: 99\.87 GiB$/) as string],
      ...ofBricks,
    ]);
    const ofNode = await history('node', nodeIds[0]!);
    expect(ofNode.map(({ actor, what }) => [actor, what])).toEqual([
      ['admin', expect.stringMatching(/^node [\d.]+ added$/) as string],
      ['admin', 'device /dev/vdb added: 99.87 GiB'],
      ...ofBricks,
    ]);
  });

  it('of the cluster and of an operation holds the same', async () => {
    const ofVolume = await history('volume', volumeId);
    const ofCluster = await history('cluster', clusterId);
    expect(ofCluster.map(({ what }) => what).slice(-4)).toEqual(ofVolume.map(({ what }) => what));
    for (const { operationId } of ofVolume) {
      const own = await history('operation', operationId!);
      expect(own).toHaveLength(1);
      expect(own[0]).toMatchObject({
        operationId,
        operation: ofVolume.find((entry) => entry.operationId === operationId)!.operation,
      });
    }
  });

  it('is the same page by page, and from its end', async () => {
    for (const [kind, id] of [
      ['volume', volumeId],
      ['cluster', clusterId],
      ['node', nodeIds[1]!],
    ] as const) {
      const whole = await history(kind, id);
      expect(await history(kind, id, { limit: 1 })).toEqual(whole);
      expect(await history(kind, id, { limit: 3, order: 'newest-first' })).toEqual(whole.toReversed());
    }
  });

  it('is there for what was, and not for what never was', async () => {
    await expect(auditor.get(`/v1/volumes/${'f'.repeat(32)}/history`)).rejects.toMatchObject({
      problem: { status: 404 },
    });
    const page: ListPage<HistoryEntry> = await auditor.get(`/v1/volumes/${volumeId}/history`, { limit: 1 });
    const elsewhere = auditor.get(`/v1/volumes/${nodeIds[0]!}/history`, { limit: 1, cursor: page.next! });
    await expect(elsewhere).rejects.toMatchObject({ problem: { status: 400 } });
  });

  it('is told by the command line as the guide shows it', async () => {
    const told = await run('history', 'volume', volumeId, '--utc');
    expect(told).toMatchObject({ exitCode: 0, stderr: '' });
    for (const line of told.stdout.split('\n')) expect(line.length <= 80 || !line.trim().includes(' ')).toBe(true);
    expect(sample(told.stdout)).toBe(sample(await shownInGuide('brickyard history volume')));
    const asJson = await run('history', `volumes/${volumeId}`, '-o', 'json');
    expect((JSON.parse(asJson.stdout) as ListPage<HistoryEntry>).items).toEqual(await history('volume', volumeId));
  });

  it('is refused to others with a reason, by the command line too', async () => {
    const told = await run('history', 'volume', 'f'.repeat(32));
    expect(told).toMatchObject({ exitCode: 1, stdout: '' });
    expect(told.stderr).toMatch(/^brickyard: Id not found\n {2}request [0-9a-f]{32}\n$/);
    expect(await run('history', 'volume')).toMatchObject({ exitCode: 2 });
  });
});

/** What the guide shows below a command. */
async function shownInGuide(command: string): Promise<string> {
  const blocks = (await readFile(guide, 'utf8')).matchAll(/```console\n\$ (.*)\n([\s\S]*?)```/g);
  for (const [, shown = '', output = ''] of blocks) if (shown.startsWith(command)) return output;
  throw new Error(`the guide does not show ${command}`);
}

/** The same for every run: without ids, times, hosts (bricks are placed by chance) and line breaks. */
function sample(text: string): string {
  return text
    .replace(/[0-9a-f]{32}/g, 'ID')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, 'TIME')
    .replace(/worker-[\w.-]+/g, 'WORKER')
    .replace(/\b[\d.]+ (ms|s)\b/g, 'N ms')
    .replace(/\b127\.0\.1\.\d\b/g, 'HOST')
    .replace(/\s+/g, ' ')
    .trim();
}
