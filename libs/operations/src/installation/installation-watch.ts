import { DatabaseBusy, ForeignInstallation, isDatabaseAway, type InstallationPin } from '#event-store';
import { messageOf, within, type Logger, type Sql } from '#kernel';
import { pause } from '../run/pause.js';

/** Whose installation somebody takes this to be. */
export interface Testimony {
  readonly installationId: string;
  /** Who says so: `the queue`. */
  readonly by: string;
  /** What to do where that is another one. */
  readonly remedy: string;
}

/** Somebody beside the database who knows whose installation this is. */
export interface Witness {
  readonly everyMs: number;
  /** null: knows nothing. An error: cannot be asked now, what was said last stands. */
  readonly ask: (databaseId: string, signal: AbortSignal) => Promise<Testimony | null>;
}

export interface InstallationWatchParts {
  /** The database itself, not the one that this watch closes. */
  readonly sql: Sql;
  readonly pin: Pick<InstallationPin, 'check'>;
  readonly witnesses: readonly Witness[];
  readonly logger: Logger;
  /** Told of every verdict. */
  readonly onVerdict?: (ours: boolean) => void;
  /** Between two looks at the database. */
  readonly intervalMs?: number;
}

const INTERVAL_MS = 2000;
/** A witness that could not be asked is asked again after this. */
const RETRY_MS = 5000;
/** What the first round of the witnesses may take before work begins without it. */
const PATIENCE_MS = 3000;

/**
 * Compares the id of the installation in the database with what others know. A replica that was pointed at an empty or at
 * somebody else's database finds nothing amiss in it: the setting, the queue and the nodes do.
 */
export class InstallationWatch {
  readonly #closing = new AbortController();
  readonly #said = new Map<Witness, Testimony | null>();
  #id: string | null = null;
  #unusable: string | null = null;
  #trouble: string | null = null;
  #loops: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: InstallationWatchParts) {}

  /** Looks from now on. Resolves with the first verdict; witnesses that are slow are heard later. */
  async start(): Promise<void> {
    const { witnesses, intervalMs = INTERVAL_MS, logger } = this.parts;
    await this.#look();
    const first = Promise.all(witnesses.map((witness) => this.#ask(witness)));
    const repeat = async (): Promise<void> => {
      const pauses = await first;
      const asking = witnesses.map((witness, index) =>
        this.#again(() => this.#ask(witness), pauses[index] ?? RETRY_MS),
      );
      await Promise.all(asking);
    };
    this.#loops = Promise.all([repeat(), this.#again(() => this.#look().then(() => intervalMs), intervalMs)]);
    const late = (error: unknown): void => logger.debug({ error: messageOf(error) }, 'a witness has nothing to say');
    await within(PATIENCE_MS, first, late);
  }

  /** Ends after the questions under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loops;
  }

  /** Why nothing may be changed here, and what to do; null: all agree. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** @throws ForeignInstallation */
  assertOurs(): void {
    if (this.#trouble !== null) throw new ForeignInstallation(this.#trouble);
  }

  /** @param work gives the pause before its next turn in ms */
  async #again(work: () => Promise<number>, firstPauseMs: number): Promise<void> {
    const { signal } = this.#closing;
    for (let pauseMs = firstPauseMs; ; pauseMs = await work()) {
      await pause(pauseMs, signal);
      if (signal.aborted) return;
    }
  }

  async #look(): Promise<void> {
    const { sql, pin } = this.parts;
    try {
      this.#id = await pin.check(sql);
      this.#unusable = null;
    } catch (error) {
      // Nothing is known of one that does not answer: what was found last stands.
      if (isDatabaseAway(error) || error instanceof DatabaseBusy) return;
      this.#unusable =
        error instanceof ForeignInstallation
          ? error.message
          : `The database cannot be used: ${messageOf(error)}. Bring the right one back, or correct DATABASE_URL`;
    }
    this.#judge();
  }

  /** @returns the pause before the next question */
  async #ask(witness: Witness): Promise<number> {
    if (this.#id === null || this.#unusable !== null) return RETRY_MS;
    try {
      this.#said.set(witness, await witness.ask(this.#id, this.#closing.signal));
    } catch (error) {
      this.parts.logger.debug({ error: messageOf(error) }, 'installation could not be compared');
      return Math.min(RETRY_MS, witness.everyMs);
    }
    this.#judge();
    return witness.everyMs;
  }

  #judge(): void {
    const { logger, onVerdict } = this.parts;
    const trouble = this.#unusable ?? disagreement(this.#id, [...this.#said.values()]);
    if (trouble !== null && trouble !== this.#trouble) logger.error({ reason: trouble }, 'not our installation');
    if (trouble === null && this.#trouble !== null) logger.info({ installationId: this.#id }, 'our installation again');
    this.#trouble = trouble;
    onVerdict?.(trouble === null);
  }
}

function disagreement(id: string | null, said: readonly (Testimony | null)[]): string | null {
  const foreign = said.find((testimony) => testimony !== null && testimony.installationId !== id);
  if (foreign === undefined || foreign === null) return null;
  const { by, installationId, remedy } = foreign;
  return `The database is that of installation ${String(id)}, but ${by} says ${installationId}. ${remedy}`;
}
