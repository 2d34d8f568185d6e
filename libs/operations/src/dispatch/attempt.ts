/**
 * The number under which an operation is put into the queue again at a time: whoever asks for the same operation and the same
 * second asks for the same job, so that hints from several sides do not pile up. Number 0 is the first hint of all.
 */
export function attemptDueAt(timeMs: number): number {
  return Math.ceil(timeMs / 1000);
}
