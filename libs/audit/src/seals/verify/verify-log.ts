import { comparePositions, type LogPosition } from '#event-store';
import type { Anchor } from '../anchor.js';
import { eventDigest } from '../event-digest.js';
import type { EventName, LoggedEvent } from '../event-rows.js';
import { digestAt, type Seal } from '../seal.js';
import type { PublicKeys } from '../seal-key.js';
import { AnchorCheck } from './anchor-check.js';
import { type Finding, Findings, inWords, type Problem } from './finding.js';
import { SealChain } from './seal-chain.js';
import type { BrokenStream, SealedLog, SealWithEvents } from './sealed-log.js';
import { SealedOrder } from './sealed-order.js';

export interface VerifySettings {
  /** Whose signatures count; null: they are not checked. */
  readonly publicKeys: PublicKeys | null;
  /** What was kept of seals outside of the database. */
  readonly anchors: readonly Anchor[];
  /** Called now and then, with how many events have been looked at. */
  readonly onProgress?: (events: number) => void;
}

export interface VerifyReport {
  readonly installationId: string;
  /** The log is what was sealed. Says nothing of the events that are not sealed yet. */
  readonly clean: boolean;
  readonly seals: number;
  readonly signedSeals: number;
  readonly signaturesChecked: boolean;
  readonly anchorsCompared: number;
  /** Sealed events that are there. */
  readonly sealedEvents: number;
  /** Events after the last seal: whether they were changed cannot be known. */
  readonly unsealedEvents: number;
  readonly counts: Readonly<Partial<Record<Problem, number>>>;
  /** Of each kind the first ones. */
  readonly findings: readonly Finding[];
}

/** Between events that are proven: here those are that a missing seal covered. */
interface Gap {
  readonly from: LogPosition | null;
  to: LogPosition | null;
}

/** Compares the log with its seals, from the first to the last, and goes on after whatever it finds. */
export async function verifyLog(log: SealedLog, settings: VerifySettings): Promise<VerifyReport> {
  const installationId = await log.installationId();
  return new Verification(log, settings, installationId).run();
}

class Verification {
  readonly #findings = new Findings();
  readonly #order = new SealedOrder(this.#findings);
  readonly #chain: SealChain;
  readonly #anchors: AnchorCheck;
  readonly #gaps: Gap[] = [];
  #seals = 0;
  #known = 0;
  #copies = 0;
  #last: EventName | null = null;

  constructor(
    private readonly log: SealedLog,
    private readonly settings: VerifySettings,
    private readonly installationId: string,
  ) {
    this.#chain = new SealChain(installationId, settings.publicKeys, this.#findings);
    this.#anchors = new AnchorCheck(settings.anchors, this.#findings);
  }

  async run(): Promise<VerifyReport> {
    for await (const each of this.log.seals()) this.#checkSeal(each);
    this.#order.finish();
    this.#chain.finish(this.#anchors.lastRight);
    this.#anchors.finish(this.#chain.lastNumber);
    const unsealedEvents = await this.#checkUnsealed();
    for await (const stream of this.log.brokenStreams()) this.#reportStream(stream);
    const findings = this.#findings.listed;
    return {
      installationId: this.installationId,
      clean: findings.length === 0,
      seals: this.#seals,
      signedSeals: this.#chain.signed,
      signaturesChecked: this.settings.publicKeys !== null,
      anchorsCompared: this.#anchors.compared,
      sealedEvents: this.#known,
      unsealedEvents,
      counts: this.#findings.counts,
      findings,
    };
  }

  #checkSeal({ seal, events }: SealWithEvents): void {
    const { hash, followsGap } = this.#chain.add(seal);
    this.#anchors.compare(seal, hash);
    if (followsGap) this.#gaps.push({ from: this.#last?.position ?? null, to: null });
    this.#seals += 1;
    seal.eventIds.forEach((eventId, place) => this.#checkEvent(seal, place, eventId, events.get(eventId) ?? []));
    this.settings.onProgress?.(this.#known);
  }

  #checkEvent(seal: Seal, place: number, eventId: string, found: readonly LoggedEvent[]): void {
    const sealed = digestAt(seal, place);
    const asSealed = found.find((each) => isAsSealed(each, sealed));
    const event = asSealed ?? found[0];
    if (event === undefined) {
      this.#findings.add('event-removed', this.#whereItStood(seal, place), seal.number, { eventId });
      return;
    }
    if (asSealed === undefined) {
      this.#findings.add('event-edited', `${inWords(event)} is not what was sealed`, seal.number, event);
    }
    for (const copy of found.filter((each) => each !== event)) {
      this.#copies += 1;
      this.#findings.add('event-inserted', `${inWords(copy)} is a copy of a sealed event`, seal.number, copy);
    }
    this.#known += 1;
    this.#order.add(event, seal.number);
    const gap = this.#gaps.at(-1);
    if (gap?.to === null) gap.to = event.position;
    this.#last = event;
  }

  #whereItStood({ eventCount }: Seal, place: number): string {
    const after = this.#last === null ? 'before all that there are now' : `after ${inWords(this.#last)}`;
    return `the event is not there; it was number ${place + 1} of ${eventCount} in the seal, ${after}`;
  }

  /** Reports what stands among sealed events without being sealed. @returns how many events follow the sealed ones */
  async #checkUnsealed(): Promise<number> {
    const { end } = this.#order;
    const { total, upTo } = await this.log.count(end);
    const rest = total - this.#known - this.#copies;
    const isAsCounted = upTo === this.#known && this.#order.moved === 0 && this.#gaps.length === 0;
    if (end === null || isAsCounted) return rest;
    let among = 0;
    for await (const event of this.log.inNoSeal(end)) {
      among += 1;
      if (this.#isInGap(event.position)) continue;
      this.#findings.add(
        'event-inserted',
        `${inWords(event)} stands among sealed events and is in no seal`,
        null,
        event,
      );
    }
    return Math.max(0, rest - among);
  }

  #isInGap(position: LogPosition): boolean {
    return this.#gaps.some(
      ({ from, to }) =>
        (from === null || comparePositions(from, position) < 0) && (to === null || comparePositions(position, to) < 0),
    );
  }

  #reportStream({ kind, id, version, missing, lastVersion }: BrokenStream): void {
    const named = { streamKind: kind, streamId: id };
    for (const { from, to } of missing) {
      const which = from === to ? `version ${from} has` : `versions ${from} to ${to} have`;
      const detail = `${kind}/${id} is at version ${version}: its ${which} no event`;
      this.#findings.add('stream-gap', detail, null, { ...named, streamVersion: from });
    }
    if (lastVersion <= version) return;
    const detail = `${kind}/${id} is at version ${version} and has events up to version ${lastVersion}`;
    this.#findings.add('stream-beyond', detail, null, { ...named, streamVersion: lastVersion });
  }
}

/** An event of which no digest can be made, since it is too deep for that, is none that was ever sealed. */
function isAsSealed(event: LoggedEvent, sealed: Buffer): boolean {
  try {
    return eventDigest(event).equals(sealed);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
