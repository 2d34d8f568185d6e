import type { DomainEvent, Reason } from '#kernel';

/** The kind of the streams of refused requests, one for each process that answers requests. No object has such a stream. */
export const REQUEST_STREAM = 'request';

/** Turned away at the door (who is it, may he), or a change that was refused or that failed. */
export type RefusalStage = 'door' | 'change';

/** What a request was about, as far as its path says. Named as in other events, so that it is found as they are. */
export interface RefusedObject {
  readonly clusterId?: string;
  readonly nodeId?: string;
  readonly deviceId?: string;
  readonly volumeId?: string;
  readonly operationId?: string;
}

/** One refused request. Who sent it, from where, is in the event's attribution; the claimed issuer is what nobody has proved. */
export interface RefusedRequest extends RefusedObject {
  readonly stage: RefusalStage;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly status: number;
  /** What the client was told. */
  readonly text: string;
  readonly claimedIssuer?: string;
  readonly reasons?: readonly Reason[];
  /** Reasons that were too many to keep, by rule. */
  readonly furtherReasons?: Readonly<Record<string, number>>;
}

/** Refused requests that came too fast to be recorded each. */
export interface RefusedRequests {
  /** ISO 8601: when the first and the last of them were refused. */
  readonly since: string;
  readonly until: string;
  readonly count: number;
  /** The most frequent kinds. */
  readonly kinds: readonly RefusedKind[];
}

export interface RefusedKind {
  readonly stage: RefusalStage;
  readonly status: number;
  readonly text: string;
  /** Null: several, or none that is known. */
  readonly sourceAddress: string | null;
  readonly count: number;
}

export type RequestEvent =
  DomainEvent<'RequestRefused', RefusedRequest> | DomainEvent<'RequestsRefused', RefusedRequests>;
