import { PostgresEventStore } from '#event-store';
import { newId, systemAttribution } from '#kernel';
import { freshDatabase } from '#test/database';
import { expect, it } from 'vitest';
import { closedLoop, reportLine } from './load.js';

const CALLERS = 8;
const SECONDS = 4;

it('appends events at a share of what a bare insert and commit takes', async () => {
  const test = await freshDatabase();
  const owner = await test.connect('owner', CALLERS);
  await owner.query('create table bare (id text primary key, data jsonb)');
  const data = JSON.stringify({ operationId: newId(), text: 'x'.repeat(200) });
  const bare = await closedLoop({ callers: CALLERS, seconds: SECONDS }, () =>
    owner.transaction((tx) => tx.query('insert into bare values ($1, $2)', [newId(), data])),
  );
  const store = new PostgresEventStore();
  const appended = await closedLoop({ callers: CALLERS, seconds: SECONDS }, () => {
    const id = newId();
    const event = { type: 'VolumeDeleteAccepted', data: JSON.parse(data) as object };
    const appends = [{ kind: 'volume', id, expectedVersion: 0, events: [event] }];
    const attribution = systemAttribution('bench', id);
    return test.db.transaction((tx) => store.append(tx, appends, { attribution, commandId: id }));
  });
  await test.dispose();
  process.stdout.write(reportLine('insert one row, commit (8 connections)', bare));
  process.stdout.write(reportLine('append one event, commit (8 connections)', appended, bare));
  expect(appended.perSecond).toBeGreaterThan(0);
});
