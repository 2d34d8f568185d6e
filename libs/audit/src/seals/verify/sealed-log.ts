import type { LogPosition } from '#event-store';
import type { EventName, LoggedEvent } from '../event-rows.js';
import type { Seal } from '../seal.js';

/** A seal with those of its events that the log has, by id; there may be others too. */
export interface SealWithEvents {
  readonly seal: Seal;
  /** Two for one id where somebody made a copy. */
  readonly events: ReadonlyMap<string, readonly LoggedEvent[]>;
}

/** A stream whose events are not versions 1, 2, 3 ... up to the version that it has. */
export interface BrokenStream {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  /** Versions without an event. */
  readonly missing: readonly { readonly from: number; readonly to: number }[];
  /** The highest version of an event; above `version` where events were added past the way to append. */
  readonly lastVersion: number;
}

/** What a verification reads. Nothing of it is believed but what the seals prove. */
export interface SealedLog {
  installationId(): Promise<string>;
  /** In the order of their numbers. */
  seals(): AsyncIterable<SealWithEvents>;
  /** How many events there are, and how many up to a place. */
  count(upTo: LogPosition | null): Promise<{ readonly total: number; readonly upTo: number }>;
  /** The events before a place that are in no seal, in no order. */
  inNoSeal(before: LogPosition): AsyncIterable<EventName>;
  brokenStreams(): AsyncIterable<BrokenStream>;
}
