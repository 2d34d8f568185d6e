import { type LogPosition, readInstallationId } from '#event-store';
import type { Sql } from '#kernel';
import { countEvents, eventsById, eventsInNoSeal, type EventName, type LoggedEvent } from '../event-rows.js';
import { sealsAfter } from '../seal-rows.js';
import { EVENTS_PER_SEAL } from '../sealer.js';
import type { Seal } from '../seal.js';
import type { BrokenStream, SealedLog, SealWithEvents } from './sealed-log.js';
import { streamsThatAreBroken } from './stream-rows.js';

/** Some megabytes at the most. */
const SEALS_AT_ONCE = 50;

/** Up to this many events the log is searched in 16 parts, beyond it in 256: a part takes a second or two. */
const FEW_EVENTS = 5_000_000;

/** The log of a database, read in short statements: no long transaction holds up anybody. */
export class PostgresSealedLog implements SealedLog {
  constructor(private readonly sql: Sql) {}

  installationId(): Promise<string> {
    return readInstallationId(this.sql);
  }

  /** The next events are read while the caller looks at those before. */
  async *seals(): AsyncGenerator<SealWithEvents, void, undefined> {
    let ahead: Promise<SealWithEvents[]> | null = null;
    for await (const group of groupsOf(this.sql)) {
      const read = this.#withEvents(group);
      // Its error is for whoever awaits it below; until then it must not count as nobody's.
      read.catch(() => undefined);
      if (ahead !== null) yield* await ahead;
      ahead = read;
    }
    if (ahead !== null) yield* await ahead;
  }

  count(upTo: LogPosition | null): Promise<{ total: number; upTo: number }> {
    return countEvents(this.sql, upTo);
  }

  async *inNoSeal(before: LogPosition): AsyncGenerator<EventName, void, undefined> {
    const { total } = await this.count(null);
    for (const range of idRanges(total <= FEW_EVENTS ? 1 : 2)) yield* await eventsInNoSeal(this.sql, range, before);
  }

  brokenStreams(): AsyncIterable<BrokenStream> {
    return streamsThatAreBroken(this.sql);
  }

  async #withEvents(seals: readonly Seal[]): Promise<SealWithEvents[]> {
    const events = new Map<string, LoggedEvent[]>();
    for (const event of await eventsById(
      this.sql,
      seals.flatMap(({ eventIds }) => eventIds),
    )) {
      events.set(event.eventId, [...(events.get(event.eventId) ?? []), event]);
    }
    return seals.map((seal) => ({ seal, events }));
  }
}

/** Seals in order, as many together as have the events of one full seal. */
async function* groupsOf(sql: Sql): AsyncGenerator<Seal[], void, undefined> {
  let group: Seal[] = [];
  let events = 0;
  let after = 0;
  for (;;) {
    const seals = await sealsAfter(sql, after, SEALS_AT_ONCE);
    for (const seal of seals) {
      if (events + seal.eventIds.length > EVENTS_PER_SEAL && group.length > 0) {
        yield group;
        [group, events] = [[], 0];
      }
      group.push(seal);
      events += seal.eventIds.length;
    }
    const last = seals.at(-1);
    if (last === undefined) break;
    after = last.number;
  }
  if (group.length > 0) yield group;
}

/** All ids there can be, cut by their first hexadecimal digits. */
function idRanges(digits: number): { from: string; to: string }[] {
  return Array.from({ length: 16 ** digits }, (_, nth) => {
    const start = nth.toString(16).padStart(digits, '0');
    const fill = (digit: string): string => {
      const hex = start.padEnd(32, digit);
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
    };
    return { from: fill('0'), to: fill('f') };
  });
}
