import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrateQueue } from '#operations';
import { newId } from '#kernel';
import { readSealLag } from '#audit';
import { freshDatabase, type TestDatabase } from '#test/database';
import { type LogLine, ServiceProcess } from '#test/service-process';
import { appendThings, tamper } from '#test/tampered-log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const brickyard = fileURLToPath(new URL('../../bin/brickyard.mjs', import.meta.url));

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function audit(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [brickyard, 'audit', ...args],
      { env: { ...process.env, LOG_LEVEL: 'error', ...env } },
      (_error, stdout, stderr) => resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** As an auditor and an administrator use it, beside workers that seal. */
describe('brickyard audit', () => {
  const workers: ServiceProcess[] = [];
  let database: TestDatabase;
  let folder = '';
  let key = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brickyard-audit-'));
    database = await freshDatabase();
    await migrateQueue(database.ownerUrl);
  });
  afterAll(async () => {
    for (const worker of workers) {
      worker.signal('SIGKILL');
      await worker.ended;
    }
    await database.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const file = (name: string): string => join(folder, name);
  const verify = (...args: readonly string[]): Promise<Ended> =>
    audit(['verify', ...args], { DATABASE_URL: database.ownerUrl });

  async function startWorker(): Promise<ServiceProcess> {
    const env = { BRICKYARD_SEAL_KEY: key, BRICKYARD_SEAL_INTERVAL_MS: '100' };
    const worker = await ServiceProcess.start({ command: 'worker', databaseUrl: database.ownerUrl, env });
    workers.push(worker);
    return worker;
  }

  async function untilSealed(): Promise<void> {
    await expect.poll(async () => (await readSealLag(database.db)).unsealedEvents).toBe(0);
  }

  it('makes a pair of keys', async () => {
    const { exitCode, stdout, stderr } = await audit(['keygen']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n-----BEGIN PUBLIC KEY-----\n/,
    );
    expect(stderr).toMatch(/^key [0-9a-f]{32}: the private key is the value of BRICKYARD_SEAL_KEY/);
    key = stdout.split('-----BEGIN PUBLIC KEY-----')[0]!;
    await writeFile(file('keys.pem'), stdout);
  });

  it('does not call proven what nobody has sealed', async () => {
    await appendThings(database.db, newId(), 0, 5);
    expect(await verify()).toEqual({
      exitCode: 2,
      stdout:
        'nothing is proven: there is no seal; 5 not sealed yet\n' +
        '0 of 0 seals are signed, and the signatures were not checked (--public-key)\n' +
        'no anchors were compared (--anchors): seals that are gone from the end would not show\n',
      stderr: '',
    });
  });

  let logged: LogLine;

  it('finds the log of a running system to be what was sealed, by the anchor in the log of the worker', async () => {
    logged = await (await startWorker()).line('log sealed');
    await untilSealed();
    await writeFile(file('worker.log'), `${JSON.stringify({ msg: 'other' })}\n${JSON.stringify(logged)}\n`);
    expect(await verify('--public-key', file('keys.pem'), '--anchors', file('worker.log'))).toEqual({
      exitCode: 0,
      stdout:
        'the log is what was sealed: 5 events in 1 seals; 0 not sealed yet\n' +
        '1 of 1 seals are signed, and the signatures were checked\n' +
        '1 anchors were compared\n',
      stderr: '',
    });
  });

  it('goes on when the worker that seals is killed, with one chain', async () => {
    const heir = await startWorker();
    const id = newId();
    for (let version = 0; version < 20; version += 1) {
      await appendThings(database.db, id, version);
      if (version === 10) workers[0]!.signal('SIGKILL');
    }
    await heir.line('log sealed');
    await untilSealed();
    const { exitCode, stdout } = await verify('--public-key', file('keys.pem'), '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ clean: true, sealedEvents: 25, unsealedEvents: 0, findings: [] });
    expect(exitCode).toBe(0);
  });

  it('prints anchors that the log agrees with', async () => {
    const env = { DATABASE_URL: database.ownerUrl };
    const { stdout } = await audit(['anchors', '-o', 'json', '--last', '3'], env);
    const anchors = JSON.parse(stdout) as unknown[];
    expect(anchors.length).toBeGreaterThan(0);
    expect(anchors.length).toBeLessThanOrEqual(3);
    await writeFile(file('anchors.json'), stdout);
    expect(await verify('--anchors', file('anchors.json'))).toMatchObject({ exitCode: 0 });
    const oldest = await audit(['anchors', '-o', 'json', '--last', '1000'], env);
    expect(JSON.parse(oldest.stdout)).toContainEqual(logged['anchor']);
    const table = await audit(['anchors'], env);
    expect(table.stdout).toContain((logged['anchor'] as { hash: string }).hash);
  });

  it('names what was changed, where, and ends with 1', async () => {
    const [event] = await database.db.query<{ id: string; event: string; place: string }>(
      `select stream_id as id, event_id as event, transaction_id || ':' || global_position as place
       from brickyard.event where stream_version = 15`,
    );
    await tamper(database, "update brickyard.event set actor = 'nobody' where stream_version = 15");
    const { exitCode, stdout } = await verify();
    expect(exitCode).toBe(1);
    const { id, event: eventId, place } = event!;
    expect(stdout).toMatch(/^THE LOG IS NOT WHAT WAS SEALED: 1 event-edited\n/);
    expect(stdout.replace(/seal {3}\d+/, 'seal   N')).toContain(
      `\nEVENT-EDITED\n  ThingHappened at ${place} (thing/${id} version 15) is not what was sealed\n  seal   N\n  event  ${eventId}\n`,
    );
    await tamper(database, "update brickyard.event set actor = 'test' where stream_version = 15");
    expect(await verify()).toMatchObject({ exitCode: 0 });
  });

  it.each([
    [['--nothing'], {}, "unknown option '--nothing'"],
    [['--anchors', '/nowhere'], {}, 'the anchors cannot be read from /nowhere: ENOENT'],
    [['--public-key', brickyard], {}, 'there is no public key in it'],
    [[], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, 'nothing answers at 127.0.0.1:1'],
    [[], { BRICKYARD_SEAL_KEY: 'hunter2' }, 'BRICKYARD_SEAL_KEY is not an Ed25519 private key'],
  ])('ends with 2 where it could not look: %j %j', async (args, env, words) => {
    const ended = await audit(['verify', ...args], { DATABASE_URL: database.ownerUrl, ...env });
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).not.toContain('hunter2');
  });

  it('has no worker start with a key that is none', async () => {
    const env = { BRICKYARD_SEAL_KEY: 'hunter2' };
    const starting = ServiceProcess.start({ command: 'worker', databaseUrl: database.ownerUrl, env });
    await expect(starting).rejects.toThrow(/BRICKYARD_SEAL_KEY is not an Ed25519 private key(?!.*hunter2)/);
  });
});
