import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { brickyardAs, type Ended } from '#test/brickyard-command';
import { freePort } from '#test/free-port';
import { ask, testKeys } from '#test/http-client';
import { idOf } from '#test/rest-steps';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../apps/cli/src/audit/audit-event.js';
import { type ListPage, V1Client } from '../../apps/cli/src/client/v1-client.js';
import type { OperationDetail, OperationSummary } from '../../apps/cli/src/operations/operation-answers.js';

const replica3 = { size: 1, durability: { type: 'replicate', replicate: { replica: 3 } } };
const ID = '[0-9a-f]{32}';

/** The command line against a real API, its output going into pipes: what scripts and people get of it. */
describe('brickyard', () => {
  let system: SimulatedSystem;
  let api: V1Client;
  let folder = '';
  let volumeId = '';
  let created = '';
  let failed = '';
  const all: Ended[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brickyard-commands-'));
    system = await startSimulatedSystem();
    api = new V1Client({ baseUrl: system.base, issuer: 'admin', key: testKeys.admin });
    await system.loadAll();
    created = await accepted('POST', '/volumes', { ...replica3, name: 'night' });
    expect(await ended(created)).toMatchObject({ status: 'succeeded' });
    volumeId = (await api.get<OperationSummary>(`/v1/operations/${created}`)).subject.id;
    for (const { faults: plan } of system.simulator.nodes) {
      plan.add({ match: /volume create/, action: { kind: 'fail', exitCode: 1, stderr: 'not today\n' } });
    }
    failed = await accepted('POST', '/volumes', replica3);
    expect(await ended(failed)).toMatchObject({ status: 'failed' });
    for (const { faults: plan } of system.simulator.nodes) plan.clear();
  });
  afterAll(async () => {
    await system.close();
    await rm(folder, { recursive: true });
  });

  async function accepted(method: string, path: string, body: object): Promise<string> {
    const answer = await ask(system.base, method, path, { body });
    expect(answer.status, answer.body).toBe(202);
    return idOf(answer);
  }

  const ended = (id: string): Promise<OperationDetail> => api.get(`/v1/operations/${id}`, { wait: '30s' });

  /** By administrators, until something else is said. */
  async function run(...args: readonly string[]): Promise<Ended> {
    const told = await brickyardAs({ base: system.base, issuer: 'admin', actor: 'ann' }, ...args);
    all.push(told);
    return told;
  }

  /** Every line has its columns where the headings are. */
  function expectAligned(text: string, columns: readonly string[]): void {
    const [head = '', ...rows] = text.trimEnd().split('\n');
    expect(head.split(/ {2,}/)).toEqual(columns);
    const at = columns.map((column) => head.indexOf(column));
    for (const row of rows) for (const place of at.slice(1)) expect(row.slice(place - 2, place).trim()).toBe('');
  }

  describe('operations', () => {
    it('lists them, the newest first, as a table and as the server has them', async () => {
      const { items } = await api.get<ListPage<OperationSummary>>('/v1/operations');
      const { exitCode, stdout } = await run('operations', '--utc');
      expect(exitCode).toBe(0);
      expectAligned(stdout, ['ACCEPTED', 'KIND', 'STATUS', 'BY', 'ID']);
      expect(stdout.match(new RegExp(`\\b${ID}\\b`, 'g'))).toEqual(items.map(({ id }) => id));
      const asYaml = await run('operations', '-o', 'yaml', '--limit', '2');
      expect(parse(asYaml.stdout)).toMatchObject({ items: items.slice(0, 2), next: expect.any(String) as string });
      const onlyFailed = await run('operations', '--status', 'failed', '-o', 'json');
      expect((JSON.parse(onlyFailed.stdout) as ListPage<OperationSummary>).items.map(({ id }) => id)).toEqual([failed]);
    });

    it('shows one with what a node said, and says by its exit code how it ended', async () => {
      const told = await run('operations', failed, '--utc', '--wait');
      expect(told).toMatchObject({ exitCode: 1, stderr: '' });
      expect(told.stdout).toMatch(
        new RegExp(`^operation {2}${failed} \\(volume-create of volume\\s+${ID}\\)\nstatus {5}failed`),
      );
      expect(told.stdout).toMatch(/\n {4}failed {5}volume: not today\n {6}\$ gluster .*volume create/);
      expect(told.stdout).toMatch(/exit 1 on 127\.0\.1\.\d, \d+ m?s\n {8}not today\n/);
      expect(await run('operations', created, '--wait', '-o', 'json')).toMatchObject({ exitCode: 0 });
    });

    it('gives one up, and waits for that', async () => {
      const held = system.simulator.nodes.map(({ faults }) =>
        faults.add({ match: /lvcreate/, action: { kind: 'hang' } }),
      );
      const id = await accepted('POST', '/volumes', replica3);
      await Promise.all(held.map(({ firstHit }) => firstHit));
      const asked = await run('operations', id, '--cancel');
      expect(asked).toMatchObject({ exitCode: 0 });
      expect(asked.stdout).toContain('cancelled  by ann (admin)');
      for (const handle of held) handle.release();
      const told = await run('operations', id, '--cancel', '--wait');
      expect(told).toMatchObject({ exitCode: 0 });
      expect(told.stdout).toContain('Cancelled by ann');
      expect(await run('operations', created, '--cancel')).toMatchObject({ exitCode: 1, stdout: '' });
    });

    it('tells refusals from questions that nobody could answer', async () => {
      expect(await run('operations', 'f'.repeat(32))).toMatchObject({ exitCode: 1, stdout: '' });
      expect(await run('operations', '--status', 'lost')).toMatchObject({ exitCode: 2, stdout: '' });
      const port = await freePort();
      const server = `http://127.0.0.1:${port}`;
      const nowhere = await run('operations', '--server', server);
      expect(nowhere).toMatchObject({ exitCode: 2, stdout: '' });
      expect(nowhere.stderr).toBe(`brickyard: nothing answers at 127.0.0.1:${port}; is the server running?\n`);
      const request = await run('request', 'GET', '/volumes/none', '--server', server);
      expect(request).toMatchObject({ exitCode: 2, stdout: '' });
      expect(await run('request', 'GET', `/volumes/${'f'.repeat(32)}`)).toMatchObject({ exitCode: 1, stdout: '' });
    });
  });

  describe('watch', () => {
    it('follows an operation to its end, and says by its exit code how that was', async () => {
      const told = await run('watch', created, '--utc');
      expect(told).toMatchObject({ exitCode: 0, stderr: '' });
      const lines = told.stdout.trimEnd().split('\n');
      for (const line of lines) expect(line).toMatch(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ| {20}) {2}\S/);
      expect(lines[0]).toContain('volume-create of volume');
      expect(lines.at(-1)).toContain('succeeded');
      expect(told.stdout.match(/\bworker-/g)).toHaveLength(1);
      expect(await run('watch', failed)).toMatchObject({ exitCode: 1 });
    });

    it('shows the log from any place on, to programs a line for each event', async () => {
      const told = await run('watch', '--after', '0:0', '--limit', '3', '-o', 'json');
      const { items } = await api.get<ListPage<AuditEvent>>('/v1/audit/events', { order: 'oldest-first', limit: 3 });
      const events = told.stdout.trimEnd().split('\n');
      expect(events.map((line) => (JSON.parse(line) as AuditEvent).position)).toEqual(
        items.map(({ position }) => position),
      );
      expect(told).toMatchObject({ exitCode: 0, stderr: '' });
    });
  });

  describe('plan', () => {
    it('shows where bricks would be, and why they would not fit', async () => {
      const fits = await run('plan', 'volume', 'create', '--size', '10', '--replica', '3', '--commands');
      expect(fits).toMatchObject({ exitCode: 0, stderr: '' });
      expect(fits.stdout).toMatch(
        /^feasible {2}volume-create: 10 GiB in the end, cluster\s+[0-9a-f]{32}\n\nSET {2}TAKES/,
      );
      const table = fits.stdout.split('\n\n')[1]!.split('\n').slice(0, 4);
      expectAligned(table.join('\n'), ['SET', 'TAKES', 'ROLE', 'ZONE', 'NODE', 'DEVICE']);
      expect(fits.stdout).toContain('$ gluster volume create');
      const full = await run('plan', 'volume', 'create', '--size', '5000', '--replica', '3');
      expect(full.exitCode).toBe(1);
      expect(full.stdout).toMatch(/^not feasible {2}.*No space[^]*\[remedy\][^]*\[free-space\]/);
      expect(await run('plan', 'volume', 'delete', 'night')).toMatchObject({ exitCode: 0 });
      const [device] = (await api.get<ListPage<{ id: string }>>('/v1/devices')).items;
      const removal = await run('plan', 'device', 'remove', device!.id);
      expect(removal).toMatchObject({ exitCode: 1, stderr: '' });
      expect(removal.stdout).toMatch(/^not feasible\n/);
    });
  });

  describe('topology', () => {
    it('is shown as it is and as it was, and what became of it', async () => {
      const now = await run('topology', 'show');
      expect(now).toMatchObject({ exitCode: 0, stderr: '' });
      expect(now.stdout).toMatch(new RegExp(`^cluster ${ID} {2}file and block volumes, [\\d.]+ of 299\\.6 GiB free\n`));
      const table = now.stdout.split('\n').slice(1).join('\n');
      expectAligned(table, ['ID', 'NODE / DEVICE', 'STATE', 'ZONE', 'FREE OF GIB', 'BRICKS']);
      const operation = await api.get<OperationDetail>(`/v1/operations/${created}`);
      const then = await run('topology', 'show', '--as-of', operation.acceptedAt, '--utc');
      expect(then.stdout).toMatch(/^as of {2}\S+ \S+Z, the last event up to then: \d+:\d+\n\ncluster /);
      const { asOf } = parse((await run('topology', 'show', '--as-of', operation.acceptedAt, '-o', 'yaml')).stdout) as {
        asOf: { position: string };
      };
      const diff = await run('topology', 'diff', '--from', asOf.position, '--utc');
      expect(diff).toMatchObject({ exitCode: 0, stderr: '' });
      expect(diff.stdout).toMatch(/^from {3}\S+ \S+Z, .*\nto {5}\S+ \S+Z, .*\n\n {3}KIND {4}ID/);
      expect(diff.stdout).toMatch(new RegExp(`\n[+~] {2}volume {2}${volumeId} {2}night, 1 GiB`));
      const early = await run('topology', 'show', '--as-of', '1h ago');
      expect(early).toMatchObject({ exitCode: 1, stdout: '' });
      expect(early.stderr).toContain('is before the log, which begins at');
      expect(await run('topology', 'show', '--as-of', 'yesterday')).toMatchObject({ exitCode: 2, stdout: '' });
    });
  });

  describe('show', () => {
    it('lists objects and tells all of one, as they were', async () => {
      const { acceptedAt } = await api.get<OperationDetail>(`/v1/operations/${created}`);
      const volumes = await run('show', 'volume', '--utc');
      expectAligned(volumes.stdout, ['ID', 'NAME', 'SIZE', 'STATUS']);
      expect(volumes.stdout).toContain(`\n${volumeId}  night  1 GiB  active\n`);
      const then = await run('show', 'volume', 'night', '--as-of', acceptedAt, '--utc');
      expect(then).toMatchObject({ exitCode: 0, stderr: '' });
      expect(then.stdout).toMatch(/^as of {2}.*\n\nid .*[^]*\nstatus +creating\n[^]*\n\nSET {2}BRICK/);
      const unknown = await run('show', 'volume', 'f'.repeat(32), '--as-of', acceptedAt);
      expect(unknown).toMatchObject({ exitCode: 1, stdout: '' });
      expect(unknown.stderr).toContain('There was no volume with this id at');
    });
  });

  describe('audit export', () => {
    it('writes the log to a file that has its name when it is whole, and goes on with it', async () => {
      const file = join(folder, 'log.ndjson');
      const told = await run('audit', 'export', '--file', file, '--by', 'admin');
      expect(told).toMatchObject({ exitCode: 0, stdout: '' });
      expect(told.stderr).toMatch(/^\d+ events written to /);
      const whole = await readFile(file, 'utf8');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await run('audit', 'export', '--file', file)).toMatchObject({ exitCode: 2 });
      // As if it had broken off in the middle of a line.
      await writeFile(`${file}.part`, whole);
      await rm(file);
      await truncate(`${file}.part`, Math.floor(Buffer.byteLength(whole) / 2));
      expect(await run('audit', 'export', '--file', file, '--by', 'admin', '--resume')).toMatchObject({ exitCode: 0 });
      expect(await readFile(file, 'utf8')).toBe(whole);
      expect(await readdir(folder)).toEqual(['log.ndjson']);
    });
  });

  describe('explain and history', () => {
    it('lead from a request to what it began', async () => {
      const { requestedBy } = await api.get<OperationDetail>(`/v1/operations/${created}`);
      const told = await run('explain', requestedBy.requestId);
      expect(told).toMatchObject({ exitCode: 0, stderr: '' });
      expect(told.stdout).toContain(`brickyard operations ${created}\n`);
      const words = told.stdout.replace(/\s+/g, ' ');
      expect(words).toContain('creation of volume night accepted: 1 GiB, replica 3, 3 bricks');
      const byName = await run('history', 'volume', 'night', '-o', 'yaml');
      expect(parse(byName.stdout)).toMatchObject({
        items: [{ what: 'volume night created', operationId: created }],
        next: null,
      });
      const nobody = await run('history', 'volume', 'day');
      expect(nobody).toMatchObject({ exitCode: 2, stdout: '' });
      expect(nobody.stderr).toContain('one that is gone is found by its id');
    });
  });

  describe('contexts', () => {
    it('say which server is asked, in whose name, with a key from a file', async () => {
      const [config, key] = [join(folder, 'config.yaml'), join(folder, 'key')];
      await writeFile(key, `${testKeys.auditor}\n`, { mode: 0o600 });
      const contexts = { prod: { server: system.base, issuer: 'auditor', key: { file: key }, actor: 'iris' } };
      await writeFile(config, `# mine\n${JSON.stringify({ contexts })}\n`);
      const env = { BRICKYARD_CONFIG: config, HEKETI_CLI_SERVER: '', HEKETI_CLI_USER: '', BRICKYARD_ACTOR: '' };
      const context = async (...args: readonly string[]): Promise<Ended> => {
        const told = await brickyardAs({ base: '', issuer: 'user', env }, ...args);
        all.push(told);
        return told;
      };
      expect(await context('context', 'use', 'test')).toMatchObject({ exitCode: 1, stdout: '' });
      expect(await context('context', 'use', 'prod')).toMatchObject({ exitCode: 0 });
      expectAligned((await context('context', 'show')).stdout, ['CONTEXT', 'ISSUER', 'ACTOR', 'SERVER']);
      expect((await context('context', 'list')).stdout).toContain('*  prod  auditor  iris');
      expect(await context('operations', '--limit', '1')).toMatchObject({ exitCode: 0 });
      await rm(config);
      await rm(key);
    });
  });

  it('completes itself in a shell that can read the script', async () => {
    const { stdout, exitCode } = await run('completion', 'bash');
    expect(exitCode).toBe(0);
    const script = join(folder, 'completion.bash');
    await writeFile(script, stdout);
    await promisify(execFile)('bash', ['-n', script]);
    const words = 'COMP_WORDS=(brickyard topology ""); COMP_CWORD=2; _brickyard; echo "${COMPREPLY[@]}"';
    const completed = await promisify(execFile)('bash', ['-c', `source ${script}; ${words}`]);
    expect(completed.stdout.split(/\s+/)).toEqual(expect.arrayContaining(['load', 'show', 'diff']));
    await rm(script);
  });

  it('writes no colours into pipes, and some where they are asked for', async () => {
    for (const { stdout, stderr } of all) {
      expect(stdout + stderr).not.toContain('\u001b');
      expect(stdout + stderr).not.toMatch(/undefined|\[object/);
      for (const line of stdout.split('\n')) expect(line).toBe(line.trimEnd());
      expect(stdout === '' || stdout.endsWith('\n')).toBe(true);
    }
    const env = { FORCE_COLOR: '1' };
    const coloured = await brickyardAs({ base: system.base, issuer: 'admin', env }, 'operations');
    expect(coloured.stdout).toContain('\u001b[31mfailed');
  });
});
