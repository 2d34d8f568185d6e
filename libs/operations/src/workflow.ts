import type { OperationKind, OperationState } from '#domain';
import type { Json } from '#kernel';
import type { LedgerTransaction, Queries } from '#read-model';
import type { NodeCall, StorageNodes } from '#storage-nodes';

/** What a step may use. */
export interface StepContext {
  readonly operation: OperationState;
  readonly nodes: StorageNodes;
  readonly queries: Queries;
  /** Goes with every call to a node: records commands, stops when the lease is lost. */
  readonly call: NodeCall;
  /** True where nobody can have started this step before: its phase was started in this very attempt. */
  readonly fresh: boolean;
}

/**
 * The smallest thing that is done and undone. `ensure` and `undo` may run any number of times and after a crash at any
 * instant; `undo` must cope with `ensure` having got anywhere or nowhere.
 */
export interface Step {
  /** Unique within the operation and stable over restarts. */
  readonly name: string;
  readonly ensure: (context: StepContext) => Promise<Json>;
  readonly undo: (context: StepContext) => Promise<void>;
}

export interface Phase {
  readonly name: string;
  /** Run in parallel. */
  readonly steps: readonly Step[];
  /** From this phase on there is no way back: its steps are repeated until they succeed, or the operation fails without undo. */
  readonly pointOfNoReturn?: boolean;
}

/** How one kind of operation is carried out. Registered by kind; a kind without a workflow does not start up. */
export interface Workflow {
  readonly kind: OperationKind;
  /** The phases, a pure function of the operation and of state that cannot change while its lease is held. */
  plan(operation: OperationState, queries: Queries): Promise<readonly Phase[]>;
  /** In the last transaction: appends the domain events of success. Returns the path of the result, null for none. */
  succeed(operation: OperationState, tx: LedgerTransaction): Promise<string | null>;
  /** In the last transaction, after everything was undone: appends the domain events of failure. */
  fail(operation: OperationState, reason: string, tx: LedgerTransaction): Promise<void>;
}
