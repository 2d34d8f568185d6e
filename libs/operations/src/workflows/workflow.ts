import type { BrickReservation, OperationKind, OperationState, StateOf, StreamKind, SubjectKind } from '#domain';
import type { Json } from '#kernel';
import type { LedgerTransaction, Queries } from '#read-model';
import type { NodeCall, StorageNodes } from '#storage-nodes';

/** The present state of any object, those being added or deleted included (Queries hide them). */
export type LoadState = <K extends StreamKind>(kind: K, id: string) => Promise<StateOf<K>>;

/** The questions of workflows: about the members of clusters. */
export type WorkflowQueries = Pick<Queries, 'clusterIds' | 'clusterNodes' | 'clusterMembers' | 'hostnameOwner'>;

/** What a plan may look at. */
export interface WorkflowView {
  readonly queries: WorkflowQueries;
  readonly load: LoadState;
}

/** What a step may use. */
export interface StepContext extends WorkflowView {
  readonly operation: OperationState;
  readonly nodes: StorageNodes;
  /** Goes with every call to a node: records commands, stops when the lease is lost. */
  readonly call: NodeCall;
  /** True where nobody can have started this step before: its phase was started in this very attempt, and this is the first try. */
  readonly fresh: boolean;
  /** Done by a cleanup, after the end of the operation: others may have worked on the same things since. */
  readonly late: boolean;
  /** @throws NodeUnreachableError while a node of the step's reach is away and may still run what was sent to it earlier */
  readonly requireQuiet: () => void;
}

/**
 * The smallest thing that is done and undone. `ensure` and `undo` may run any number of times and after a crash at any
 * instant; `undo` must cope with `ensure` having got anywhere or nowhere.
 */
export interface Step {
  /** Unique within the operation and stable over restarts. */
  readonly name: string;
  /**
   * Ids of the nodes to which a command of `ensure` or `undo` may be sent that changes anything. Whoever goes on in its midst
   * takes them over first.
   */
  readonly reach: readonly string[];
  /** The reservation that stays until the step is undone, or, where the step removes something, until it has succeeded. */
  readonly brick?: BrickReservation;
  /** Its success holds for one run only: what it looks at may have changed between runs. */
  readonly everyRun?: boolean;
  /** It undoes something: nothing that was sent to a node of its reach may take effect afterwards. */
  readonly quietFirst?: boolean;
  readonly ensure: (context: StepContext) => Promise<Json>;
  readonly undo: (context: StepContext) => Promise<void>;
  /** What a cleanup does in place of `undo`, where others may rely by then on what is to be undone. See brickInUse. */
  readonly undoLate?: (context: StepContext) => Promise<Json>;
}

/** What becomes of an operation whose steps past the point of no return do not get done. */
export type WhenStuck =
  /** After a number of runs it has succeeded, and a cleanup does the rest. */
  | 'owe'
  /** So, after the first run. */
  | 'owe-at-once'
  /** After a number of runs it has failed, and is not undone. */
  | 'give-up'
  /** It goes on for ever. */
  | 'go-on';

export interface Phase {
  readonly name: string;
  /** Run in parallel. */
  readonly steps: readonly Step[];
  /** From the first phase that has one on there is no way back: its steps are repeated until they succeed. */
  readonly pointOfNoReturn?: WhenStuck;
}

/**
 * Thrown by a step of the point of no return that has looked and found that nothing has happened yet: the node refused,
 * the way back is still open. `message` is the node's words.
 */
export class StepRefusedError extends Error {
  constructor(
    message: string,
    readonly node: string,
  ) {
    super(message);
    this.name = 'StepRefusedError';
  }
}

/** Ids of bricks whose space a cleanup gives back, so that the end of the operation does not. */
export type KeptBricks = ReadonlySet<string>;

/** How one kind of operation is carried out. Registered by kind; a kind without a workflow does not start up. */
export interface Workflow {
  readonly kind: OperationKind;
  /** Every phase that a plan may have, in order, with the names of its steps; `*` stands for an id. */
  readonly outline: Readonly<Record<string, string>>;
  /** The first phase of which no plan has a way back; absent: every phase has one. Such an operation can be cancelled before. */
  readonly noWayBackFrom?: string;
  /** Goes on where another operation has ended: its first run, too, follows the runs of others. */
  readonly follows?: boolean;
  /** The phases, a pure function of the operation and of state that cannot change while its lease is held. */
  plan(operation: OperationState, view: WorkflowView): Promise<readonly Phase[]>;
  /** In the last transaction: appends the domain events of success. Returns the path of the result, null for none. */
  succeed(operation: OperationState, tx: LedgerTransaction, kept: KeptBricks): Promise<string | null>;
  /** In the last transaction, after everything was undone or handed over: appends the domain events of failure. */
  fail(operation: OperationState, reason: string, tx: LedgerTransaction, kept: KeptBricks): Promise<void>;
  /** In the last transaction of a cleanup: appends the domain events of bricks that were to be undone and are in use. */
  adopt?(found: FoundInUse, tx: LedgerTransaction): Promise<void>;
}

export interface FoundInUse {
  /** The operation that was to be undone, and its subject as it was then. */
  readonly of: OperationState;
  readonly subject: StateOf<SubjectKind>;
  readonly cleanupId: string;
  /** Never none. */
  readonly bricks: readonly BrickReservation[];
}
