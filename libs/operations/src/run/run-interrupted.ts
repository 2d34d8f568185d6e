/** A worker leaves an operation as it stands: nothing is written any more, somebody else goes on. */
export class RunInterrupted extends Error {
  constructor(
    readonly because: 'stopping' | 'lease-lost',
    /** Who says so, where it is not this process. */
    said = '',
  ) {
    super(`run interrupted: ${because}${said === '' ? '' : `: ${said}`}`);
    this.name = 'RunInterrupted';
  }
}

/** @throws RunInterrupted once the lease is lost or the worker is to stop at once */
export function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const reason: unknown = signal.reason;
  throw reason instanceof RunInterrupted ? reason : new RunInterrupted('stopping');
}
