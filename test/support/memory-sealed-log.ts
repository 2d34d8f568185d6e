import { comparePositions, logPosition, type LogPosition } from '#event-store';
import { newSealKey, readSealKey, type SealKey } from '#audit';
import { derivedUuid } from '#kernel';
import type { EventName, LoggedEvent } from '../../libs/audit/src/seals/event-rows.js';
import { contentsOf, NO_HASH, type Seal, sealHash } from '../../libs/audit/src/seals/seal.js';
import type { BrokenStream, SealedLog, SealWithEvents } from '../../libs/audit/src/seals/verify/sealed-log.js';

const INSTALLATION = '6f1f0a53-6d0e-4d19-8c55-0f7cc1a4ee4b';

/** Between two events there is room for others. */
const STEP = 1000;

export type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** A key that tests sign with. */
export function testSealKey(): SealKey {
  return readSealKey(newSealKey().privatePem)!;
}

/** A log in memory that is sealed as the sealer does it, and lies open to whoever wants to tamper with it. */
export class MemorySealedLog implements SealedLog {
  readonly events: Mutable<LoggedEvent>[] = [];
  readonly sealsThere: Mutable<Seal>[] = [];
  readonly #versions = new Map<string, number>();
  #written = 0;
  #inserted = 0;

  constructor(private readonly key: SealKey | null = null) {}

  /** Appends events, in turn to streams of these ids. */
  append(count: number, streams: readonly string[] = ['a', 'b', 'c']): void {
    for (let nth = 0; nth < count; nth += 1) {
      const streamId = streams[this.#written % streams.length]!;
      const streamVersion = (this.#versions.get(streamId) ?? 0) + 1;
      this.#versions.set(streamId, streamVersion);
      this.#written += 1;
      this.events.push(sampleEvent(this.#written * STEP, streamId, streamVersion));
    }
  }

  /** Seals the first events that are not sealed. */
  seal(count = Infinity): void {
    const before = this.sealsThere.at(-1);
    const from = before?.totalEvents ?? 0;
    const events = this.events.slice(from, from + count);
    const header = {
      ...contentsOf(events),
      number: (before?.number ?? 0) + 1,
      eventCount: events.length,
      totalEvents: from + events.length,
      previousHash: before?.hash ?? NO_HASH,
      sealedAt: '2026-11-22T10:00:00.5Z',
    };
    this.sealsThere.push(signed(header, this.key));
  }

  /** What somebody does who knows how seals are made, with a key or without. */
  sealAnew(number: number, key: SealKey | null = this.key): void {
    for (const [at, seal] of this.sealsThere.entries()) {
      if (seal.number < number) continue;
      const previousHash = this.sealsThere[at - 1]?.hash ?? NO_HASH;
      const events = seal.eventIds.flatMap((eventId) => this.events.filter((event) => event.eventId === eventId));
      const contents = contentsOf(events);
      this.sealsThere[at] = signed({ ...seal, ...contents, eventCount: events.length, previousHash }, key);
    }
  }

  /** An event that nobody appended, right behind another. */
  insertAfter(at: number): LoggedEvent {
    let place = Number(this.events[at]!.position.split(':')[1]) + 1;
    // No two events of a table have one place.
    while (this.events.some(({ position }) => position === logPosition('7', String(place)))) place += 1;
    this.#inserted += 1;
    const streamId = `alien-${String(this.#inserted)}`;
    const event = sampleEvent(place, streamId, 1);
    this.#versions.set(streamId, 1);
    this.events.push(event);
    this.#sort();
    return event;
  }

  swap(left: number, right: number): void {
    const [a, b] = [this.events[left]!, this.events[right]!];
    [a.position, b.position] = [b.position, a.position];
    this.#sort();
  }

  #sort(): void {
    this.events.sort((a, b) => comparePositions(a.position, b.position));
  }

  installationId(): Promise<string> {
    return Promise.resolve(INSTALLATION);
  }

  async *seals(): AsyncGenerator<SealWithEvents, void, undefined> {
    const events = new Map<string, LoggedEvent[]>();
    for (const event of this.events) events.set(event.eventId, [...(events.get(event.eventId) ?? []), event]);
    for (const seal of this.sealsThere) yield Promise.resolve({ seal, events });
  }

  count(upTo: LogPosition | null): Promise<{ total: number; upTo: number }> {
    const before = this.events.filter(({ position }) => upTo !== null && comparePositions(position, upTo) <= 0);
    return Promise.resolve({ total: this.events.length, upTo: before.length });
  }

  async *inNoSeal(before: LogPosition): AsyncGenerator<EventName, void, undefined> {
    const sealed = new Set(this.sealsThere.flatMap(({ eventIds }) => eventIds));
    const found = this.events.filter(
      ({ eventId, position }) => !sealed.has(eventId) && comparePositions(position, before) < 0,
    );
    yield* await Promise.resolve(found);
  }

  async *brokenStreams(): AsyncGenerator<BrokenStream, void, undefined> {
    for (const [id, version] of this.#versions) {
      const there = new Set(this.events.filter(({ streamId }) => streamId === id).map((event) => event.streamVersion));
      const missing = Array.from({ length: version }, (_, nth) => nth + 1)
        .filter((each) => !there.has(each))
        .map((each) => ({ from: each, to: each }));
      const lastVersion = Math.max(0, ...there);
      if (missing.length > 0 || lastVersion > version) {
        yield Promise.resolve({ kind: 'volume', id, version, missing, lastVersion });
      }
    }
  }
}

function signed(header: Parameters<typeof sealHash>[1], key: SealKey | null): Seal {
  const hash = sealHash(INSTALLATION, header);
  return { ...header, hash, keyId: key?.keyId ?? null, signature: key?.sign(hash) ?? null };
}

function sampleEvent(place: number, streamId: string, streamVersion: number): LoggedEvent {
  return {
    position: logPosition('7', String(place)),
    eventId: derivedUuid('memory', streamId, String(streamVersion)),
    commandId: `command-${streamId}`,
    streamKind: 'volume',
    streamId,
    streamVersion,
    type: 'VolumeCreated',
    schemaVersion: 1,
    data: { sizeGiB: place, name: streamId },
    metadata: {},
    actor: 'alice',
    issuer: 'admin',
    requestId: 'request',
    sourceAddress: '10.0.0.1',
    userAgent: null,
    correlationId: 'operation',
    causationId: null,
    recordedAt: '2026-11-22T09:59:59.123456Z',
  };
}
