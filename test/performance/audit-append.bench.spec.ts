import { PostgresEventStore, type StreamAppend } from '#event-store';
import { type DomainEvent, newId, systemAttribution } from '#kernel';
import { freshDatabase, type TestDatabase } from '#test/database';
import * as sample from '#test/sample-events';
import { expect, it } from 'vitest';
import { withoutIndexes, withoutObjects } from './audit-database.js';
import { closedLoop, type Measured, reportLine } from './load.js';

const CALLERS = 8;
const ROUNDS = 5;
const SECONDS = 2;

const store = new PostgresEventStore();
type Appender = (caller: number) => Promise<void>;

async function append(test: TestDatabase, operationId: string, appends: readonly StreamAppend[]): Promise<void> {
  const attribution = { ...systemAttribution('worker-1', operationId), correlationId: operationId };
  await test.db.transaction((tx) => store.append(tx, appends, { attribution, commandId: newId() }));
}

const stream = (kind: string, id: string, version: number, event: DomainEvent): StreamAppend => ({
  kind,
  id,
  expectedVersion: version,
  events: [event],
});

/** As the API accepts a volume of three bricks: five events in five streams, one transaction. */
function accepting(test: TestDatabase): Appender {
  const versions = Array.from({ length: CALLERS }, () => 0);
  return async (caller) => {
    const [operationId, volumeId] = [newId(), newId()];
    const version = versions[caller] ?? 0;
    const bricks = [0, 1, 2].map((nth) => {
      const place = { clusterId: 'c', nodeId: `n${nth}`, deviceId: `d${caller}-${nth}` };
      return sample.brick(newId(), { volumeId, ...place });
    });
    await append(test, operationId, [
      stream('operation', operationId, 0, sample.operationAccepted(operationId, 'c', { subjectId: volumeId })),
      stream('volume', volumeId, 0, sample.volumeCreateAccepted(volumeId, 'c', bricks)),
      ...bricks.map((brick) => stream('device', brick.deviceId, version, { type: 'BrickReserved', data: brick })),
    ]);
    versions[caller] = version + 1;
  };
}

/** As a worker records a step: one event in the stream of an operation. */
function recording(test: TestDatabase): Appender {
  const operations = Array.from({ length: CALLERS }, () => ({ id: newId(), version: 0 }));
  const text = 'x'.repeat(400);
  const step = {
    type: 'StepSucceeded',
    data: { phase: 'bricks', step: 'brick', commands: [{ text }], observed: null },
  };
  return async (caller) => {
    const operation = operations[caller]!;
    const first = sample.operationAccepted(operation.id, 'c', { subjectId: operation.id });
    await append(test, operation.id, [
      stream('operation', operation.id, operation.version, operation.version === 0 ? first : step),
    ]);
    operation.version += 1;
  };
}

const median = (all: readonly Measured[]): Measured =>
  all.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(all.length / 2)]!;

it('what the log is searched by costs appends a share', { timeout: 600_000 }, async () => {
  const [plain, indexed, searchable] = [await freshDatabase(), await freshDatabase(), await freshDatabase()];
  for (const test of [plain, indexed]) await withoutObjects(await test.connect('owner', 1));
  await withoutIndexes(await plain.connect('owner', 1));
  for (const [what, appenderOf] of [
    ['accept a volume: 5 events', accepting],
    ['record a step: 1 event', recording],
  ] as const) {
    const kinds = [
      { name: 'log not searchable', append: appenderOf(plain), rounds: [] as Measured[] },
      { name: 'with six indexes', append: appenderOf(indexed), rounds: [] as Measured[] },
      { name: 'and objects: as shipped', append: appenderOf(searchable), rounds: [] as Measured[] },
    ];
    // In turns, so that whatever else the machine does hits all of them.
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const kind of kinds) kind.rounds.push(await closedLoop({ callers: CALLERS, seconds: SECONDS }, kind.append));
    }
    const [reference] = kinds.map(({ rounds }) => median(rounds));
    for (const { name, rounds } of kinds) {
      process.stdout.write(reportLine(`${what}, ${name}`, median(rounds), reference));
      expect(median(rounds).perSecond).toBeGreaterThan(0);
    }
  }
  for (const test of [plain, indexed, searchable]) await test.dispose();
});
