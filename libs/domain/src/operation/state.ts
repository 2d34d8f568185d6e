import type { Json, Reason } from '#kernel';
import type { CancelRequest, OperationDescription, OutOfReach } from './events.js';

export interface StepState {
  readonly phase: string;
  readonly status: 'started' | 'succeeded' | 'failed' | 'undone';
  readonly observed: Json;
}

export interface OperationState extends OperationDescription {
  readonly status: 'none' | 'accepted' | 'running' | 'compensating' | 'succeeded' | 'failed';
  readonly attempt: number;
  readonly worker: string | null;
  /** Phases that were ever started, in order: only their steps can have left anything on a node. */
  readonly phases: readonly string[];
  /** By step name, which is unique within the operation. */
  readonly steps: Readonly<Record<string, StepState>>;
  /** Why it failed or is being undone. */
  readonly reason: string | null;
  /** What was ruled out, where it was refused as it was decided on. Absent: nothing is known beyond `reason`. */
  readonly reasons?: readonly Reason[];
  /** Path of the result (`/volumes/ID`), null where there is none. */
  readonly location: string | null;
  /** Runs that ended by the failure of a step. Absent: none. */
  readonly failedRuns?: number;
  /** Nodes that the last run could not take over, and since when nothing has been sent to them. Absent: none. */
  readonly outOfReach?: OutOfReach;
  /** The first request to give it up; whether it still counts says `cancelReason`. Absent: none. */
  readonly cancelRequested?: CancelRequest;
  /** The operation that does what this one left to be done on nodes. Absent: it left nothing. */
  readonly cleanupId?: string;
}

export const noOperation: OperationState = {
  operationId: '',
  kind: 'node-add',
  subjectKind: 'node',
  subjectId: '',
  clusterId: '',
  requestedBy: '',
  resources: [],
  payload: {},
  status: 'none',
  attempt: 0,
  worker: null,
  phases: [],
  steps: {},
  reason: null,
  location: null,
};
