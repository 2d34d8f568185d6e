import type { DomainEvent, Json, Reason } from '#kernel';

export const operationKinds = [
  'node-add',
  'node-delete',
  'node-state',
  'device-add',
  'device-delete',
  'device-state',
  'device-resync',
  'volume-create',
  'volume-expand',
  'volume-delete',
  'cleanup',
] as const;
export type OperationKind = (typeof operationKinds)[number];

/** What a client can ask for; a cleanup follows from another operation that could not leave its nodes as it should. */
export type RequestedKind = Exclude<OperationKind, 'cleanup'>;

export type SubjectKind = 'node' | 'device' | 'volume';

/** One command that was run on a node, secrets masked. */
export interface CommandRecord {
  readonly node: string;
  readonly command: string;
  /** null where no exit code came back: connection lost, deadline passed. */
  readonly exitCode: number | null;
  readonly durationMs: number;
  /** The end of stderr where the command failed. */
  readonly stderr?: string;
}

export interface OperationDescription {
  readonly operationId: string;
  readonly kind: OperationKind;
  readonly subjectKind: SubjectKind;
  readonly subjectId: string;
  readonly clusterId: string;
  /** The issuer that asked; the `user` role may poll only its own. */
  readonly requestedBy: string;
  /** Keys of the leases that the operation needs, sorted; see leaseKeys in #operations. */
  readonly resources: readonly string[];
  /** What the workflow needs beyond the subject's own state; its shape belongs to the kind. */
  readonly payload: Readonly<Record<string, Json>>;
  /** Of a creation that has a name: the same for requests that ask for the same, so that one that is repeated is known. */
  readonly requestDigest?: string;
}

interface StepReference {
  readonly phase: string;
  readonly step: string;
  readonly commands: readonly CommandRecord[];
}

interface StepFailure extends StepReference {
  readonly reason: string;
  /** Runs of the operation that ended by a failure, this one included; absent where the run was only cut off. */
  readonly failedRuns?: number;
}

/** Somebody wants the operation to be given up. */
export interface CancelRequest {
  /** The actor and its issuer. */
  readonly by: string;
  readonly issuer: string;
  /** From this phase on there is no way back: once it has begun the request has lapsed. Absent: every phase has a way back. */
  readonly noWayBackFrom?: string;
}

/** ISO 8601 times by node id. */
export type OutOfReach = Readonly<Record<string, string>>;

/** The history of one operation. A phase is started before any of its steps; phases run in order, their steps in parallel. */
export type OperationEvent =
  | DomainEvent<'OperationAccepted', OperationDescription>
  | DomainEvent<
      'OperationStarted',
      {
        readonly worker: string;
        readonly attempt: number;
        readonly leaseEpochs: Readonly<Record<string, number>>;
        /** Nodes that may still run what an earlier worker sent and could not be asked, with the time since which nothing was sent. */
        readonly outOfReach?: OutOfReach;
      }
    >
  | DomainEvent<'PhaseStarted', { readonly phase: string; readonly steps: readonly string[] }>
  | DomainEvent<'StepSucceeded', StepReference & { readonly observed: Json }>
  | DomainEvent<'StepFailed', StepFailure>
  | DomainEvent<'OperationCancelRequested', CancelRequest>
  | DomainEvent<'CompensationStarted', { readonly reason: string }>
  | DomainEvent<'StepUndone', StepReference>
  | DomainEvent<'StepUndoFailed', StepFailure>
  | DomainEvent<'OperationSucceeded', { readonly location: string | null } & HandedOver>
  /** `reasons`: where the operation was refused as it was decided on; absent where nodes said why. */
  | DomainEvent<'OperationFailed', { readonly reason: string; readonly reasons?: readonly Reason[] } & HandedOver>;

interface HandedOver {
  /** The operation, accepted in the same transaction, that does what is left to be done on nodes. */
  readonly cleanupId?: string;
}
