import type { LogPosition } from '#event-store';

/** What an event may be about. A brick has no stream of its own: its events are in those of its device. */
export const objectKinds = ['cluster', 'node', 'device', 'brick', 'volume', 'operation'] as const;
export type ObjectKind = (typeof objectKinds)[number];

export interface ObjectReference {
  readonly kind: ObjectKind;
  readonly id: string;
}

/** Which events are wanted; what is left out does not matter, all that is given must hold. */
export interface EventFilter {
  /** Events in its stream, that name it, or of an operation on it. */
  readonly object?: ObjectReference;
  readonly actor?: string;
  readonly issuer?: string;
  /** Such as `VolumeCreated`. */
  readonly type?: string;
  readonly requestId?: string;
  readonly sourceAddress?: string;
  /** Recorded at this time or later. */
  readonly from?: Date;
  /** Recorded before this time. */
  readonly to?: Date;
}

/** The order of the log, from its beginning or from its end. */
export type LogOrder = 'oldest-first' | 'newest-first';

export interface PageSettings {
  readonly order: LogOrder;
  /** Where the page before has ended; null: the first page. */
  readonly after: LogPosition | null;
  /** Events at most. */
  readonly limit: number;
}
