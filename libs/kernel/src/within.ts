/**
 * Waits for work at most so long. The work is not stopped; if it fails after its time, `late` hears of it. A failure in time is
 * thrown.
 */
export async function within(
  timeoutMs: number,
  work: Promise<unknown>,
  late: (error: unknown) => void,
): Promise<'done' | 'timeout'> {
  let timer: NodeJS.Timeout | undefined;
  let timedOut = false;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => {
      timedOut = true;
      resolve('timeout');
    }, timeoutMs);
  });
  const outcome = work.then(
    () => 'done' as const,
    (error: unknown) => {
      if (!timedOut) throw error;
      late(error);
      return 'done' as const;
    },
  );
  try {
    return await Promise.race([outcome, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
