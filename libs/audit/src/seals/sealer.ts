import { comparePositions, type LogPosition } from '#event-store';
import type { Logger, Sql } from '#kernel';
import { type Anchor, anchorOf } from './anchor.js';
import { eventsAfter, placesOf, utcText } from './event-rows.js';
import { contentsOf, NO_HASH, type Seal, sealHash } from './seal.js';
import type { SealKey } from './seal-key.js';
import { insertSeal, sealsBefore } from './seal-rows.js';

/** Small enough to be read, hashed and written in a moment; enough that a million events are a thousand seals. */
export const EVENTS_PER_SEAL = 1000;

/** Counts what a sealer does. */
export interface SealMeter {
  sealed(events: number): void;
  failed(): void;
}

export interface SealerParts {
  readonly sql: Sql;
  /** null: seals are chained, but not signed. */
  readonly key: SealKey | null;
  readonly logger: Logger;
  readonly meter?: SealMeter;
  /** Between two anchors in the log, ms. */
  readonly anchorIntervalMs?: number;
}

/** A log whose seals are signed is not to get unsigned ones: they would look like those of somebody who lacks the key. */
export class SealKeyMissing extends Error {
  constructor(keyId: string) {
    super(
      `the newest seal of the log is signed (key ${keyId}), and this process has no key: set BRICKYARD_SEAL_KEY here as in the ` +
        'other processes, to the same key or to a new one',
    );
    this.name = 'SealKeyMissing';
  }
}

/** One anchor stands for all before it. */
const ANCHOR_INTERVAL_MS = 60_000;

const newest = `select id, ${utcText('clock_timestamp()')} as now from brickyard.installation`;

/**
 * Seals what is not sealed yet. Several may work at once: the database takes one of two seals that follow the same one, and the
 * other sealer finds the events sealed.
 */
export class Sealer {
  #saidUnsigned = false;
  #anchorLoggedAt = -Infinity;
  #anchorToLog: Anchor | null = null;

  constructor(private readonly parts: SealerParts) {}

  /**
   * Seals range after range, until nothing is left or the signal fires.
   * @throws SealKeyMissing; what the database throws
   */
  async pass(signal: AbortSignal): Promise<void> {
    try {
      this.#sayUnsigned();
      while (!signal.aborted && (await this.sealNext()) === EVENTS_PER_SEAL);
      if (performance.now() - this.#anchorLoggedAt >= (this.parts.anchorIntervalMs ?? ANCHOR_INTERVAL_MS))
        this.logAnchor();
    } catch (error) {
      this.parts.meter?.failed();
      throw error;
    }
  }

  /**
   * Seals the next range.
   * @returns how many events it has; 0 where there was nothing to seal, or another sealer was first
   */
  async sealNext(): Promise<number> {
    const { sql, key, meter } = this.parts;
    const [last = null] = await sealsBefore(sql, null, 1);
    const events = await eventsAfter(sql, last === null ? null : await endOfSealed(sql, last), EVENTS_PER_SEAL);
    if (events.length === 0) return 0;
    if (key === null && last !== null && last.keyId !== null) throw new SealKeyMissing(last.keyId);
    const [installation] = await sql.query<{ id: string; now: string }>(newest);
    if (installation === undefined)
      throw new Error('the table brickyard.installation is empty: restore it from a backup');
    const header = {
      ...contentsOf(events),
      number: (last?.number ?? 0) + 1,
      eventCount: events.length,
      totalEvents: (last?.totalEvents ?? 0) + events.length,
      previousHash: last?.hash ?? NO_HASH,
      sealedAt: installation.now,
    };
    const hash = sealHash(installation.id, header);
    const seal: Seal = { ...header, hash, keyId: key?.keyId ?? null, signature: key?.sign(hash) ?? null };
    if (!(await insertSeal(sql, seal))) return 0;
    if (key !== null && last !== null && last.keyId === null) this.#sayFirstSigned(seal);
    meter?.sealed(events.length);
    this.#anchorToLog = anchorOf(seal);
    return events.length;
  }

  #sayUnsigned(): void {
    if (this.parts.key !== null || this.#saidUnsigned) return;
    this.#saidUnsigned = true;
    this.parts.logger.info(
      {},
      'BRICKYARD_SEAL_KEY is not set: the log is sealed, but whoever can write to the database could seal a forged log anew; "brickyard audit keygen" makes a key',
    );
  }

  #sayFirstSigned({ number, keyId }: Seal): void {
    this.parts.logger.warn(
      { seal: number, keyId },
      'the seals before this one are not signed: right if BRICKYARD_SEAL_KEY has just been set for the first time; if not, somebody has sealed the log anew: run "brickyard audit verify" with the anchors that were kept',
    );
  }

  /** Logs the anchor of the newest seal, unless it was. Kept elsewhere, it shows what was done to the database since. */
  logAnchor(): void {
    if (this.#anchorToLog === null) return;
    this.parts.logger.info({ anchor: this.#anchorToLog }, 'log sealed');
    this.#anchorLoggedAt = performance.now();
    this.#anchorToLog = null;
  }
}

/** Behind the last event of the newest seal of which there is any: somebody may have removed some. null: all are gone */
async function endOfSealed(sql: Sql, last: Seal): Promise<LogPosition | null> {
  for (let seal: Seal | undefined = last; seal !== undefined; [seal] = await sealsBefore(sql, seal.number, 1)) {
    const places = await placesOf(sql, seal.eventIds);
    if (places.length > 0) return places.reduce((a, b) => (comparePositions(a, b) < 0 ? b : a));
  }
  return null;
}
