import type { CommandRecord, OperationKind, OperationState, StreamKind, SubjectKind } from '#domain';
import type { LogPosition } from '#event-store';
import type { Json, Reason } from '#kernel';

/** One event, told from the side of the object whose history it is in. */
export interface ToldEvent {
  readonly position: LogPosition;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly type: string;
  readonly what: string;
  /** The object in whose stream it is. */
  readonly object: { readonly kind: string; readonly id: string };
  readonly data: unknown;
}

/** What became of a step in one run; a step that is tried again has one of these for each time. */
export interface ToldStep {
  readonly at: string;
  readonly phase: string;
  readonly step: string;
  readonly result: 'done' | 'failed' | 'undone' | 'not-undone';
  readonly reason: string | null;
  readonly observed: Json;
  /** In the order in which they ended, secrets masked. */
  readonly commands: readonly CommandRecord[];
}

/** How an operation went, from its acceptance to its end. */
export interface ToldOperation {
  readonly operationId: string;
  readonly kind: OperationKind;
  readonly subject: { readonly kind: SubjectKind; readonly id: string };
  readonly status: OperationState['status'];
  /** Why it failed or is being undone. */
  readonly reason: string | null;
  readonly acceptedAt: string;
  /** Null where it has not ended. */
  readonly endedAt: string | null;
  /** Its runs: which worker took it up when. */
  readonly runs: readonly { readonly at: string; readonly worker: string; readonly attempt: number }[];
  /** Who asked for it to be cancelled, whether in time or not. */
  readonly cancelledBy: { readonly at: string; readonly actor: string; readonly issuer: string } | null;
  /** When its steps began to be undone; null where they did not. */
  readonly undoneFrom: string | null;
  /** Those that concern the object; all of them where the operation is about it. */
  readonly steps: readonly ToldStep[];
  /** The operation that does what this one left on nodes. */
  readonly cleanupId: string | null;
}

/** A request that was refused. */
export interface ToldRefusal {
  readonly status: number;
  readonly method: string;
  readonly path: string;
  /** The text that the client got. */
  readonly text: string;
  readonly reasons: readonly Reason[];
}

/** Something that happened to an object: a change, an operation with all that belongs to it, or a request that was refused. */
export interface HistoryEntry {
  /** Of its first event. Entries are in this order, and have it for ever. */
  readonly position: LogPosition;
  readonly at: string;
  /** Of its first event. */
  readonly type: string;
  /** What happened, in one sentence; as far as it has come where it goes on. */
  readonly what: string;
  /** Who began it, or asked for the operation that it belongs to; see Attribution. */
  readonly actor: string;
  readonly issuer: string;
  readonly requestId: string;
  readonly sourceAddress: string | null;
  readonly userAgent: string | null;
  readonly operationId: string | null;
  /** The events that changed the object or what belongs to it. */
  readonly events: readonly ToldEvent[];
  readonly operation: ToldOperation | null;
  readonly refusal: ToldRefusal | null;
}

/** What has a history: what has a stream, and bricks, which are in those of their devices. */
export type HistoryKind = StreamKind | 'brick';

/** An object that has a history. */
export interface HistoryObject {
  readonly kind: HistoryKind;
  readonly id: string;
}
