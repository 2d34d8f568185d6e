import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '#test/database';
import { createVolumeIn, LedgerFixture } from '#test/ledger-fixture';
import * as sample from '#test/sample-events';
import { type Database, newId, systemAttribution } from '#kernel';
import { check, type Difference } from './check.js';
import { rebuild } from './rebuild.js';
import { ShadowInUse, withShadow } from './shadow.js';

describe('check', () => {
  let test: TestDatabase;
  let owner: Database;
  let fixture: LedgerFixture;

  beforeAll(async () => {
    test = await freshDatabase();
    owner = await test.connect('owner', 4);
    fixture = new LedgerFixture(test.db);
    await fixture.record('cluster', 'c1', [sample.clusterCreated('c1')]);
    await fixture.record('node', 'n1', sample.nodeAdded('n1', 'c1'));
    await fixture.record('device', 'd1', sample.deviceAdded('d1', 'n1', 'c1'));
    const place = { volumeId: 'v1', deviceId: 'd1', nodeId: 'n1' };
    await fixture.transact((tx) => createVolumeIn(tx, 'c1', 'v1', [sample.brick('b1', place)], 'one'));
    const subject = { subjectKind: 'volume', subjectId: 'v1' } as const;
    await fixture.record('operation', 'o1', [sample.operationAccepted('o1', 'c1', subject)]);
    await recordRefusal();
  });
  afterAll(() => test.dispose());
  beforeEach(() => rebuild(fixture.shadowParts(owner)));

  /** A stream without an object. */
  const recordRefusal = () =>
    test.db.transaction((tx) =>
      fixture.eventStore.append(
        tx,
        [{ kind: 'request', id: newId(), expectedVersion: 0, events: [{ type: 'RequestRefused', data: {} }] }],
        { attribution: systemAttribution('test', 'test'), commandId: newId() },
      ),
    );

  const differences = async (): Promise<readonly Difference[]> => (await check(fixture.shadowParts(owner))).differences;
  const schemas = async (): Promise<string[]> =>
    (
      await owner.query<{ name: string }>("select nspname as name from pg_namespace where nspname like 'read_model%'")
    ).map(({ name }) => name);

  it('finds nothing where nobody has meddled, and leaves no shadow behind', async () => {
    expect(await differences()).toEqual([]);
    expect(await schemas()).toEqual(['read_model']);
  });

  it.each([
    ['cluster', 'c1', `doc = jsonb_set(doc, '{block}', 'false')`, ['doc.block']],
    ['node', 'n1', `status = 'deleting', doc = doc - 'zone'`, ['doc.zone', 'status']],
    ['device', 'd1', `version = version + 1`, ['version']],
    ['volume', 'v1', `name = 'other'`, ['name']],
    ['operation', 'o1', `accepted_at = accepted_at + interval '1 ms'`, ['accepted_at']],
    ['brick', 'b1', `doc = jsonb_set(doc, '{path}', '"/elsewhere"')`, ['doc.path']],
  ] as const)('names what is different in a row of %s', async (table, id, edit, keys) => {
    await test.db.query(`update read_model.${table} set ${edit} where id = $1`, [id]);
    expect(await differences()).toEqual([{ what: 'row', table, id, side: 'both', keys }]);
  });

  it('finds a host name of another node, one too few and one too many', async () => {
    await test.db.query("update read_model.hostname set node_id = 'x' where kind = 'manage'");
    await test.db.query("update read_model.hostname set name = 'stray' where kind = 'storage'");
    const row = { what: 'row', table: 'hostname' };
    expect(await differences()).toEqual([
      { ...row, id: 'manage/manage-n1', side: 'both', keys: ['node_id'] },
      { ...row, id: 'storage/storage-n1', side: 'log', keys: [] },
      { ...row, id: 'storage/stray', side: 'live', keys: [] },
    ]);
  });

  it('finds a lost volume, the bricks that nobody owns then and the operation without a subject', async () => {
    await test.db.query("delete from read_model.volume where id = 'v1'");
    expect(await differences()).toEqual([
      { what: 'row', table: 'volume', id: 'v1', side: 'log', keys: [] },
      {
        what: 'rule',
        rule: 'bricks-of-volume',
        table: 'brick',
        id: 'b1',
        detail: 'volume v1 does not have it',
      },
      {
        what: 'rule',
        rule: 'subject-of-operation',
        table: 'operation',
        id: 'o1',
        detail: 'volume-create of volume v1, which does not exist',
      },
    ]);
  });

  it('finds a device whose sums do not fit its bricks, and a brick on no device', async () => {
    await test.db.query(`update read_model.brick set device_id = 'elsewhere'`);
    const rules = (await differences()).filter(({ what }) => what === 'rule');
    expect(rules).toMatchObject([
      { rule: 'capacity', table: 'device', id: 'd1' },
      { rule: 'bricks-of-volume', id: 'b1', detail: 'volume v1 does not have it' },
      {
        rule: 'bricks-of-volume',
        id: 'b1',
        detail: 'volume v1 has it on device d1, no such brick is reserved',
      },
      { rule: 'brick-on-device', id: 'b1', detail: 'there is no device elsewhere on node n1' },
    ]);
  });

  it('takes a brick without a volume for what it is while a cleanup is to remove it, and only then', async () => {
    const brick = sample.brick('b2', { volumeId: 'gone', deviceId: 'd1', nodeId: 'n1' });
    await fixture.record('device', 'd1', [{ type: 'BrickReserved', data: brick }]);
    const owed = { kind: 'cleanup', subjectId: 'gone', payload: { bricks: [{ ...brick }] } } as const;
    await fixture.record('operation', 'o2', [sample.operationAccepted('o2', 'c1', owed)]);
    expect(await differences()).toEqual([]);
    await fixture.record('operation', 'o2', [{ type: 'OperationFailed', data: { reason: 'no' } }]);
    expect(await differences()).toMatchObject([{ rule: 'bricks-of-volume', id: 'b2' }]);
    await fixture.record('device', 'd1', [{ type: 'BrickReleased', data: brick }]);
  });

  it('passes over refused requests that come while it runs', async () => {
    const eventStore = {
      append: fixture.eventStore.append.bind(fixture.eventStore),
      readStream: fixture.eventStore.readStream.bind(fixture.eventStore),
      readAll: fixture.eventStore.readAll.bind(fixture.eventStore),
      readStreams: async (...asked: Parameters<typeof fixture.eventStore.readStreams>) => {
        await recordRefusal();
        return fixture.eventStore.readStreams(...asked);
      },
    };
    expect((await check({ ...fixture.shadowParts(owner), eventStore })).differences).toEqual([]);
  });

  it('runs once at a time', async () => {
    const second = withShadow(fixture.shadowParts(owner), () => check(fixture.shadowParts(owner)));
    await expect(second).rejects.toThrow(ShadowInUse);
    expect(await schemas()).toEqual(['read_model']);
  });

  it('drops the shadow when something goes wrong', async () => {
    const broken = withShadow(fixture.shadowParts(owner), () => Promise.reject(new Error('power cut')));
    await expect(broken).rejects.toThrow('power cut');
    expect(await schemas()).toEqual(['read_model']);
  });
});
