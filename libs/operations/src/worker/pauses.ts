/** The end of a pause in which a job may come that is not late: clocks of two processes differ. */
const SLACK = 0.25;

/**
 * The pauses between the runs of operations that this process has handed back. Each of them has a job that comes at its end. One
 * that comes earlier is a hint of somebody who does not know of it: taken up, it would cut the pause short and ask for a further
 * run at its own end, so that an operation that goes on for ever would in time be tried without any pause.
 */
export class Pauses {
  readonly #untilMs = new Map<string, number>();

  begin(operationId: string, nowMs: number, pauseMs: number): void {
    for (const [id, untilMs] of this.#untilMs) if (untilMs <= nowMs) this.#untilMs.delete(id);
    this.#untilMs.set(operationId, nowMs + pauseMs * (1 - SLACK));
  }

  last(operationId: string, nowMs: number): boolean {
    return (this.#untilMs.get(operationId) ?? nowMs) > nowMs;
  }
}
