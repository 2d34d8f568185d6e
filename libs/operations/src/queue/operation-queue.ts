/**
 * Does a job.
 * @param signal fires when the queue closes
 * @param letGo gives the job's place back before its end: another one may be taken; closing still waits for it
 */
export type Handle = (operationId: string, signal: AbortSignal, letGo: () => void) => Promise<void>;

/**
 * The work queue: a hint that an operation wants attention. It may lose, repeat, delay and reorder; the log is the truth and
 * the reconciler fills the gaps. A job carries the operation's id and nothing else.
 */
export interface OperationQueue {
  /** Asks for attention to an operation, now or after `delayMs`. Asking twice for the same `attempt` is one job. */
  add(operationId: string, options: { readonly attempt: number; readonly delayMs?: number }): Promise<void>;
  /** Starts taking jobs; `handle` runs at most `concurrency` at a time. An error of `handle` is logged, not retried here. */
  work(handle: Handle, concurrency: number): void;
  /** Stops taking jobs, waits for those running at most `timeoutMs`, closes connections. */
  close(timeoutMs: number): Promise<void>;
  /** Jobs waiting, delayed and running, for metrics. */
  depth(): Promise<number>;
  /** Why the queue does not answer, `add` failing at once; null: it answers. */
  trouble(): string | null;
  /** Calls `listener` each time the queue answers again; returns what ends that. */
  onBack(listener: () => void): () => void;
}
