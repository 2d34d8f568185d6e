import { MemorySealedLog } from '#test/memory-sealed-log';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventDigest } from '../event-digest.js';
import type { LoggedEvent } from '../event-rows.js';
import type { Finding, Problem } from './finding.js';
import { verifyLog } from './verify-log.js';

const place = fc.nat({ max: 1000 });

const deed = fc.oneof(
  fc.record({ kind: fc.constant('edit' as const), at: place, actor: fc.constantFrom('alice', 'mallory', 'eve') }),
  fc.record({ kind: fc.constant('remove' as const), at: place }),
  fc.record({ kind: fc.constant('insert' as const), at: place }),
  fc.record({ kind: fc.constant('swap' as const), at: place, with: place }),
  fc.record({ kind: fc.constant('truncate' as const), count: fc.integer({ min: 1, max: 8 }) }),
);

type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never;

const history = fc.record({
  sealSizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
  unsealed: fc.nat({ max: 5 }),
  deeds: fc.array(deed, { maxLength: 6 }),
});

/** So much was moved that the last sealed event says nothing of those before it: the first one that was inserted was not named. */
const mixedUp = {
  sealSizes: [6],
  unsealed: 1,
  deeds: [
    { kind: 'insert' as const, at: 0 },
    { kind: 'swap' as const, at: 0, with: 853 },
    { kind: 'insert' as const, at: 0 },
    { kind: 'swap' as const, at: 703, with: 250 },
  ],
};

/** @returns the event that was inserted, if one was */
function tamper(log: MemorySealedLog, what: Deed): LoggedEvent[] {
  const { events } = log;
  const index = (at: number): number => at % events.length;
  switch (what.kind) {
    case 'edit':
      events[index(what.at)]!.actor = what.actor;
      return [];
    case 'remove':
      if (events.length > 1) events.splice(index(what.at), 1);
      return [];
    case 'insert':
      return [log.insertAfter(index(what.at))];
    case 'swap':
      log.swap(index(what.at), index(what.with));
      return [];
    case 'truncate':
      events.splice(Math.max(1, events.length - what.count));
      return [];
  }
}

const idsOf = (findings: readonly Finding[], problem: Problem): (string | null)[] =>
  findings.filter((each) => each.problem === problem).map(({ eventId }) => eventId);

const digestOf = (event: LoggedEvent): string => eventDigest(event).toString('hex');
const version = ({ streamId, streamVersion }: LoggedEvent): string => `${streamId} ${String(streamVersion)}`;

it('names whatever is done to a sealed log, and nothing where nothing is done', async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ sealSizes, unsealed, deeds }) => {
      const log = new MemorySealedLog();
      log.append(sealSizes.reduce((sum, size) => sum + size, unsealed));
      for (const size of sealSizes) log.seal(size);
      const original = log.events.map((event) => ({ ...event }));
      const sealed = original.slice(0, original.length - unsealed);
      const aliens = deeds.flatMap((each) => tamper(log, each));

      const report = await verifyLog(log, { publicKeys: null, anchors: [] });
      const { findings } = report;

      const now = new Map(log.events.map((event) => [event.eventId, event]));
      const left = sealed.flatMap((event) => {
        const found = now.get(event.eventId);
        return found === undefined ? [] : [{ was: event, is: found, at: log.events.indexOf(found) }];
      });
      expect(idsOf(findings, 'event-edited')).toEqual(
        left.filter(({ was, is }) => digestOf(was) !== digestOf(is)).map(({ is }) => is.eventId),
      );
      expect(idsOf(findings, 'event-removed')).toEqual(
        sealed.filter(({ eventId }) => !now.has(eventId)).map(({ eventId }) => eventId),
      );
      const gaps = findings.filter(({ problem }) => problem === 'stream-gap');
      expect(gaps.map(({ streamId, streamVersion }) => `${streamId!} ${String(streamVersion)}`).sort()).toEqual(
        [...original, ...aliens]
          .filter(({ eventId }) => !now.has(eventId))
          .map(version)
          .sort(),
      );
      const isRising = left.every(({ at }, nth) => nth === 0 || at > left[nth - 1]!.at);
      expect(idsOf(findings, 'event-moved').length === 0).toBe(isRising);

      const inserted = idsOf(findings, 'event-inserted');
      // Three neighbours that stand where they stood: whatever is before them is not after the last seal.
      const firm = left.findLast((_, nth) => {
        const three = left.slice(nth, nth + 3);
        return three.length === 3 && three.every(({ was, is }) => was.position === is.position);
      });
      for (const { eventId } of aliens) {
        const alien = now.get(eventId);
        if (alien !== undefined && firm !== undefined && log.events.indexOf(alien) < firm.at)
          expect(inserted).toContain(eventId);
      }
      for (const { eventId } of sealed) expect(inserted).not.toContain(eventId);
      if (deeds.length === 0) expect(report).toMatchObject({ clean: true, unsealedEvents: unsealed });
    }),
    { numRuns: 500, examples: [[mixedUp]] },
  );
});
