import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistoryEntry } from '#audit';
import { brickyardAs, type Ended } from '#test/brickyard-command';
import { testKeys, type TestIssuer } from '#test/http-client';
import { refusalOf } from '#test/refusal';
import { simulatedTopology, startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../apps/cli/src/audit/audit-event.js';
import { HeketiClient } from '../../apps/cli/src/client/heketi-client.js';
import { type ListPage, V1Client } from '../../apps/cli/src/client/v1-client.js';

const guide = new URL('../../docs/how-to/find-out-what-happened.md', import.meta.url);
const replica3 = { type: 'replicate', replicate: { replica: 3 } };
const WORDS = 'volume add-brick: failed: Commit failed on 127.0.1.2. Please check log file for details.';

/** Several people at work on one cluster, and something goes wrong. Afterwards the log tells what each of them did. */
describe('the history', () => {
  let system: SimulatedSystem;
  let volumeId = '';
  let clusterId = '';
  let nodeIds: readonly string[] = [];
  /** The node on which Gluster refused, and its device. */
  let failingNodeId = '';
  let failingDeviceId = '';
  let loaded: Ended;
  let auditor: V1Client;

  const as = (actor: string, issuer: TestIssuer): HeketiClient =>
    new HeketiClient({ baseUrl: system.base, issuer, key: testKeys[issuer], actor });

  beforeAll(async () => {
    system = await startSimulatedSystem();
    auditor = new V1Client({ baseUrl: system.base, issuer: 'auditor', key: testKeys.auditor, actor: 'iris' });
    loaded = await load();
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
    failingNodeId = await whereItFailed();
    failingDeviceId = await deviceOf(failingNodeId);
    await expand();
    expect(await refusalOf(paul.change('POST', '/volumes', { size: 5000, durability: replica3 }))).toContain(
      'No space',
    );
    expect(await refusalOf(as('eve', 'user').change('DELETE', `/nodes/${failingNodeId}`))).toContain('Administrator');
    await olga.change('DELETE', `/volumes/${volumeId}`);
  });
  afterAll(() => system.close());

  /** The command line, as anna uses it, who brings the machines in. */
  async function load(): Promise<Ended> {
    const folder = await mkdtemp(join(tmpdir(), 'brickyard-history-'));
    try {
      const file = join(folder, 'topology.json');
      await writeFile(file, JSON.stringify(simulatedTopology(system.simulator.nodes)));
      return await brickyardAs(
        { base: system.base, issuer: 'admin', actor: 'anna' },
        'topology',
        'load',
        '--json',
        file,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  async function whereItFailed(): Promise<string> {
    const [, failed] = await history('volume', volumeId);
    const commands = failed!.operation!.steps.flatMap((step) => step.commands);
    const { node } = commands.find(({ exitCode }) => exitCode !== 0)!;
    for await (const { id, manageHostnames } of auditor.items<{ id: string; manageHostnames: string[] }>('/v1/nodes')) {
      if (manageHostnames.includes(node)) return id;
    }
    throw new Error(`no node is called ${node}`);
  }

  async function deviceOf(nodeId: string): Promise<string> {
    const { devices } = await system.client.get<{ devices: { id: string }[] }>(`/nodes/${nodeId}`);
    return devices[0]!.id;
  }

  async function history(kind: string, id: string, query = {}): Promise<readonly HistoryEntry[]> {
    const entries: HistoryEntry[] = [];
    for await (const entry of auditor.items<HistoryEntry>(`/v1/${kind}s/${id}/history`, query)) entries.push(entry);
    return entries;
  }

  /** What was run on nodes by the first operation in the history of an object. */
  async function commandsOf(kind: string, id: string): Promise<readonly string[]> {
    const [first] = await history(kind, id);
    return first!.operation!.steps.flatMap(({ commands }) => commands.map(({ command }) => command));
  }

  /** Refusals are recorded behind the answer. */
  async function refusalsOf(actor: string): Promise<readonly AuditEvent[]> {
    const query = { type: 'RequestRefused', actor };
    const found = async (): Promise<readonly AuditEvent[]> =>
      (await auditor.get<ListPage<AuditEvent>>('/v1/audit/events', query)).items;
    await expect.poll(found).not.toHaveLength(0);
    return found();
  }

  /** The command line, as an auditor uses it. */
  const run = (...args: readonly string[]): Promise<Ended> =>
    brickyardAs({ base: system.base, issuer: 'auditor' }, ...args);

  it('begins with whoever brought the machines in, by the command line', async () => {
    const who = { actor: 'anna', issuer: 'admin', sourceAddress: '127.0.0.1' };
    expect(loaded).toMatchObject({ exitCode: 0, stderr: '' });
    expect(loaded.stdout.split('\n')).toHaveLength(1 + 3 + 3 + 1);
    const [created, ...added] = (await history('cluster', clusterId)).slice(0, 7);
    expect(created).toMatchObject({ ...who, what: 'cluster created, for file and block volumes', operation: null });
    for (const [index, entry] of added.entries()) {
      const what = index % 2 === 0 ? /^node [\d.]+ added$/ : /^device \/dev\/vdb of node [\d.]+ added: 99\.87 GiB$/;
      expect(entry).toMatchObject({ ...who, what: expect.stringMatching(what) as string });
      expect(entry.operation).toMatchObject({ status: 'succeeded', kind: index % 2 === 0 ? 'node-add' : 'device-add' });
    }
    expect((await commandsOf('node', nodeIds[0]!)).join('\n')).toContain('gluster');
    expect((await commandsOf('device', await deviceOf(nodeIds[0]!))).join('\n')).toMatch(/pvcreate[^]*vgcreate/);
  });

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
    const ofBricks = [
      ['olga', expect.stringMatching(/^brick of volume night came/) as string],
      ['paul', expect.stringMatching(/^brick of volume night went/) as string],
      ['paul', expect.stringMatching(/^brick of volume night came/) as string],
      ['olga', expect.stringMatching(/^2 bricks of volume night went/) as string],
    ];
    const ofDevice = await history('device', failingDeviceId);
    expect(ofDevice.map(({ actor, what }) => [actor, what])).toEqual([
      ['anna', expect.stringMatching(/^device \/dev\/vdb of node [\d.]+ added: 99\.87 GiB$/) as string],
      ...ofBricks,
    ]);
    expect(ofDevice[2]!.operation).toMatchObject({ status: 'failed', reason: WORDS });
    const ofNode = (await history('node', failingNodeId)).filter(({ refusal }) => refusal === null);
    expect(ofNode.map(({ actor, what }) => [actor, what])).toEqual([
      ['anna', expect.stringMatching(/^node [\d.]+ added$/) as string],
      ['anna', 'device /dev/vdb added: 99.87 GiB'],
      ...ofBricks,
    ]);
    const { brickId } = ofDevice[3]!.events[0]!.data as { brickId: string };
    const ofBrick = await history('brick', brickId);
    expect(ofBrick.map(({ actor, what }) => [actor, what])).toEqual([
      ['paul', expect.stringMatching(/^brick of volume night came on device/) as string],
      ['olga', expect.stringMatching(/^brick of volume night went on device/) as string],
    ]);
    expect(ofBrick.map(({ operation }) => operation?.steps.map(({ step }) => step))).toEqual([
      [`brick ${brickId}`],
      [`brick ${brickId}`],
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

  it('has the requests that were refused', async () => {
    expect(await refusalsOf('eve')).toHaveLength(1);
    const refused = (await history('node', failingNodeId)).filter(({ refusal }) => refusal !== null);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({
      what: `DELETE /nodes/${failingNodeId} refused with 401: Administrator access required`,
      actor: 'eve',
      issuer: 'user',
      sourceAddress: '127.0.0.1',
      operation: null,
      refusal: { method: 'DELETE', status: 401 },
    });
  });

  it('leads from a refused request to its reasons', async () => {
    const [refused] = await refusalsOf('paul');
    const { exitCode, stdout } = await run('explain', refused!.requestId, '--utc');
    expect(exitCode).toBe(0);
    expect(sample(stdout)).toBe(sample(await shownInGuide('brickyard explain')));
    const unknown = await run('explain', 'no-such-request');
    expect(unknown).toMatchObject({ exitCode: 1, stdout: '' });
    expect(unknown.stderr).toContain('knows nothing of a request no-such-request');
  });

  it('is told by the command line as the guide shows it', async () => {
    expect(await refusalsOf('eve')).toHaveLength(1);
    for (const [kind, id] of [
      ['volume', volumeId],
      ['device', failingDeviceId],
      ['node', failingNodeId],
    ] as const) {
      const told = await run('history', kind, id, '--utc');
      expect(told).toMatchObject({ exitCode: 0, stderr: '' });
      for (const line of told.stdout.split('\n')) expect(line.length <= 80 || !line.trim().includes(' ')).toBe(true);
      expect(sample(told.stdout)).toBe(sample(await shownInGuide(`brickyard history ${kind}`)));
    }
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
    .replace(/SHA256:\S+/g, 'FINGERPRINT')
    .replace(/\bzone \d\b/g, 'zone N')
    .replace(/worker-[\w.-]+/g, 'WORKER')
    .replace(/\b[\d.]+ (ms|s)\b/g, 'N ms')
    .replace(/\b127\.0\.1\.\d\b/g, 'HOST')
    .replace(/\s+/g, ' ')
    .trim();
}
