/** What a closed loop measured. */
export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** `callers` loops that each begin the next call when the last has ended, for `seconds` or until `calls` are done. */
export async function closedLoop(
  limits: { readonly callers: number; readonly seconds?: number; readonly calls?: number },
  call: (caller: number) => Promise<unknown>,
): Promise<Measured> {
  const { callers, seconds = Infinity, calls = Infinity } = limits;
  const durations: number[] = [];
  const started = performance.now();
  let begun = 0;
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      while (begun < calls && performance.now() - started < seconds * 1000) {
        begun += 1;
        const at = performance.now();
        await call(caller);
        durations.push(performance.now() - at);
      }
    }),
  );
  const elapsedSeconds = (performance.now() - started) / 1000;
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { perSecond: durations.length / elapsedSeconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** One line of the report; `reference` is what the machine itself does in the same run. */
export function reportLine(name: string, measured: Measured, reference?: Measured): string {
  const ratio = reference === undefined ? 'reference' : `x ${(measured.perSecond / reference.perSecond).toFixed(2)}`;
  const rate = `${measured.perSecond.toFixed(0).padStart(7)}/s`;
  return `${name.padEnd(52)} ${rate}  p50 ${measured.p50Ms.toFixed(1)} ms  p99 ${measured.p99Ms.toFixed(1)} ms  ${ratio}\n`;
}
