import { RunInterrupted } from './run-interrupted.js';

/**
 * Does something with all of the items at once and waits for all, whatever becomes of one; then throws the first error.
 * @param end called where one ends by an error: the others must not outlive the run. One that stops at its boundary leaves the
 *   others to theirs.
 */
export async function inParallel<I, T>(
  items: readonly I[],
  work: (item: I) => Promise<T>,
  end: (reason: RunInterrupted) => void,
): Promise<T[]> {
  const errors: unknown[] = [];
  const results = await Promise.all(
    items.map(async (item) => {
      try {
        return [await work(item)];
      } catch (error) {
        errors.push(error);
        if (!(error instanceof RunInterrupted)) end(new RunInterrupted('stopping'));
        else if (error.because === 'lease-lost') end(error);
        return [];
      }
    }),
  );
  if (errors.length > 0) throw errors[0];
  return results.flat(1);
}
