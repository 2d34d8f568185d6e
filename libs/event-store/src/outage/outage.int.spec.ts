import { silentLogger } from '#kernel';
import { cuttableWay, type CuttableWay } from '#test/cuttable-way';
import { freshDatabase, type TestDatabase } from '#test/database';
import { startTestServer, type FragileServer } from '#test/postgres-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type OpenDatabase } from '../open-database.js';
import { CommitOutcomeUnknown, DatabaseAway, isDatabaseAway } from './outage-errors.js';

const logger = silentLogger;

describe('a server that hangs, is killed or stopped', () => {
  let server: FragileServer;
  let test: TestDatabase;
  let link: OpenDatabase;
  beforeAll(async () => {
    server = await startTestServer();
    test = await freshDatabase(server.templateUrl);
    await test.source.destroy();
    link = await openDatabase({ url: test.ownerUrl, poolSize: 3, applicationName: 'outage', logger });
  });
  afterAll(async () => {
    await link.close();
    await server.stop();
  });

  const one = (): Promise<object[]> => link.database.query('select 1 as one');
  const failure = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => null,
      (error: unknown) => error,
    );

  const outages: Readonly<Record<string, readonly [begin: () => Promise<void>, end: () => Promise<void>]>> = {
    frozen: [() => server.freeze(), () => server.thaw()],
    'shut down': [() => server.shutDown(), () => server.start()],
    killed: [() => server.kill(), () => Promise.resolve()],
  };

  it.each(Object.keys(outages))('%s: whoever waits is told, and all is well again afterwards', async (how) => {
    const [begin, end] = outages[how] ?? [];
    if (begin === undefined || end === undefined) throw new Error('no such outage');
    expect(await one()).toEqual([{ one: 1 }]);
    let wakes = 0;
    const silence = link.notifier.onWake(() => (wakes += 1));
    // More than there are connections: some of them wait for a place.
    const slow = Array.from({ length: 6 }, () => failure(link.database.query('select pg_sleep(5)')));
    await expect.poll(() => link.places.inside).toBe(3);
    const startedAt = performance.now();
    await begin();
    for (const error of await Promise.all(slow)) expect(isDatabaseAway(error), String(error)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(4500);
    await end();
    await expect.poll(() => one().catch(String), { timeout: 20_000 }).toEqual([{ one: 1 }]);
    await expect.poll(() => wakes, { timeout: 10_000 }).toBeGreaterThan(0);
    expect([link.health.isUp, link.places.inside, link.places.waiting]).toEqual([true, 0, 0]);
    silence();
  });

  it('while it hangs everything fails at once, and closing ends', async () => {
    const other = await openDatabase({ url: test.ownerUrl, poolSize: 2, applicationName: 'outage', logger });
    await other.database.query('select 1');
    await server.freeze();
    await expect.poll(() => other.health.isUp, { timeout: 10_000 }).toBe(false);
    const startedAt = performance.now();
    for (let n = 0; n < 100; n += 1) {
      expect(await failure(other.database.query('select 1'))).toBeInstanceOf(DatabaseAway);
      expect(await failure(other.database.transaction(() => Promise.resolve()))).toBeInstanceOf(DatabaseAway);
    }
    expect(performance.now() - startedAt).toBeLessThan(1000);
    await other.close();
    await server.thaw();
    await expect.poll(() => link.health.isUp, { timeout: 10_000 }).toBe(true);
  });
});

describe('a way that breaks', () => {
  let test: TestDatabase;
  let way: CuttableWay;
  let link: OpenDatabase;
  beforeAll(async () => {
    test = await freshDatabase();
    const owner = await test.connect('owner', 1);
    await owner.query('create table public.kept (id text primary key)');
    await owner.query('grant all on public.kept to brickyard_app');
  });
  afterAll(() => test.dispose());
  beforeEach(async () => {
    way = await cuttableWay(test.ownerUrl);
    link = await openDatabase({ url: way.url, poolSize: 2, applicationName: 'outage', logger });
  });
  afterEach(async () => {
    await link.close();
    await way.close();
  });

  const insert = (id: string): Promise<void> =>
    link.database.transaction(async (tx) => {
      await tx.query('insert into public.kept values ($1)', [id]);
    });
  const kept = async (id: string): Promise<boolean> =>
    (await test.db.query('select from public.kept where id = $1', [id])).length === 1;

  it('before the server has got the commit: the outcome is unknown, and it was not made', async () => {
    way.cutAt('COMMIT', 'before');
    await expect(insert('lost')).rejects.toBeInstanceOf(CommitOutcomeUnknown);
    expect(await kept('lost')).toBe(false);
  });

  it('after the server has got the commit: the outcome is unknown, and it was made', async () => {
    way.cutAt('COMMIT', 'after');
    await expect(insert('made')).rejects.toBeInstanceOf(CommitOutcomeUnknown);
    await expect.poll(() => kept('made')).toBe(true);
  });

  it('before the commit was sent: nothing is unknown', async () => {
    way.cutAt('insert into public.kept', 'after');
    const error: unknown = await insert('never').catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(CommitOutcomeUnknown);
    expect(isDatabaseAway(error)).toBe(true);
    expect(await kept('never')).toBe(false);
  });

  it('a refusal at the commit is no unknown outcome', async () => {
    const owner = await test.connect('owner', 1);
    await owner.query('create table public.late (id text unique deferrable initially deferred)');
    await owner.query('grant all on public.late to brickyard_app');
    const twice = link.database.transaction(async (tx) => {
      await tx.query("insert into public.late values ('a'), ('a')");
    });
    await expect(twice).rejects.toMatchObject({ code: '23505' });
  });

  it('falls silent without being cut: the database is away until it speaks again', async () => {
    way.silence();
    await expect(link.database.query('select 1')).rejects.toSatisfy(isDatabaseAway);
    expect(link.health.isUp).toBe(false);
    await expect(insert('refused')).rejects.toBeInstanceOf(DatabaseAway);
    way.mend();
    await expect.poll(() => link.health.isUp, { timeout: 10_000 }).toBe(true);
    await insert('after');
    expect(await kept('after')).toBe(true);
  });

  it('a statement that waits for a lock for longer than a silence is no outage', async () => {
    const waits = await test.db.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock(42)');
      const waiting = link.database.query('select pg_advisory_xact_lock(42) is not null as got');
      await tx.query('select pg_sleep(3.5)');
      return [waiting];
    });
    expect(await waits[0]).toEqual([{ got: true }]);
    expect(link.health.isUp).toBe(true);
  });
});
