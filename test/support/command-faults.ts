import type { FaultAction, SimulatedNodes } from '#node-simulator';

/** What is tried while one command goes wrong. */
export interface Trial<Before, Outcome> {
  /** Sets the scene; nothing goes wrong yet. */
  readonly prepare: () => Promise<Before>;
  /** What is under test; one of its commands goes wrong. */
  readonly act: (before: Before) => Promise<Outcome>;
  /** Judges and cleans up; nothing goes wrong any more. `hit` is false in the run that no longer gets to the command. */
  readonly judge: (before: Before, outcome: Outcome, fault: { hit: boolean; label: string }) => Promise<void>;
}

/**
 * Runs the trial again and again: with the first command on the first node going wrong, then the second, and so on, until a
 * run no longer gets that far; then on the next node. How many commands there are need not be known.
 * @returns how many commands went wrong
 */
export async function failEachCommand<Before, Outcome>(
  simulator: SimulatedNodes,
  action: FaultAction,
  { prepare, act, judge }: Trial<Before, Outcome>,
): Promise<number> {
  let cases = 0;
  for (const node of simulator.nodes) {
    for (let nth = 1, reached = true; reached; nth += 1) {
      const before = await prepare();
      let seen = 0;
      let taken = 'not reached';
      const match = (line: string): boolean => {
        seen += 1;
        if (seen === nth) taken = line;
        return seen === nth;
      };
      const handle = node.faults.add({ match, action });
      const outcome = await act(before);
      node.faults.clear();
      reached = handle.hits > 0;
      const label = `${action.kind} at command ${String(nth)} on ${node.name}: ${taken}`;
      await judge(before, outcome, { hit: reached, label });
      if (reached) cases += 1;
    }
  }
  return cases;
}
