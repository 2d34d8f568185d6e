import { messageOf } from '#kernel';
import type { FaultPlan } from '../faults/fault-plan.js';
import type { CommandResult, ProgramContext } from '../programs/program.js';
import { readsStdin, runProgram } from '../programs/run.js';
import { parseCommandLine, type CommandLine } from '../shell/command-line.js';

/** How a command ended: with an answer, or by the connection breaking. */
export type Outcome = CommandResult | 'connection dropped';

export interface RunnerSettings {
  readonly latencyMs: (line: string) => number;
  /** Multiplies what `timeout` in a line says: 0.001 makes its seconds milliseconds. */
  readonly timeScale: number;
}

export interface RunnerPorts {
  context(stdin: string, interrupted: boolean): ProgramContext;
  /** A node without power finishes nothing. */
  poweredOn(): boolean;
  /** Called after every command that may have changed something. */
  changed(): void;
  readonly faults: FaultPlan;
}

/** coreutils' timeout(1) says this when the time has passed. */
const TIMED_OUT: CommandResult = { exitCode: 124, stdout: '', stderr: '' };
const LINE_REFUSED = 2;

/**
 * Carries commands out with latency, `timeout` and faults. The effect of a command is one synchronous step: two commands
 * never see each other's half.
 */
export class CommandRunner {
  constructor(
    private readonly settings: RunnerSettings,
    private readonly ports: RunnerPorts,
  ) {}

  /** `gone` fires when the connection closes: what still hangs then has no effect. */
  async run(line: string, readStdin: () => Promise<string>, gone: AbortSignal): Promise<Outcome> {
    let command: CommandLine;
    try {
      command = parseCommandLine(line);
    } catch (error) {
      return { exitCode: LINE_REFUSED, stdout: '', stderr: `simulator: refused line: ${messageOf(error)}: ${line}\n` };
    }
    const stdin = readsStdin(command) ? await readStdin() : '';
    const deadline = command.timeoutSeconds === null ? null : command.timeoutSeconds * 1000 * this.settings.timeScale;
    const fault = this.ports.faults.take(line);
    const latency = this.settings.latencyMs(line);
    if (latency > 0) await sleep(latency);
    switch (fault?.action.kind) {
      case undefined:
        return this.apply(command, stdin, false);
      case 'fail':
        return { stdout: '', ...fault.action };
      case 'drop-before':
        return 'connection dropped';
      case 'drop-midway':
        this.apply(command, stdin, true);
        return 'connection dropped';
      case 'drop-after':
        this.apply(command, stdin, false);
        return 'connection dropped';
      case 'hang': {
        const end = await firstOf(fault.released, deadline, gone);
        if (end === 'deadline') return TIMED_OUT;
        return end === 'gone' ? 'connection dropped' : this.apply(command, stdin, false);
      }
      case 'delay':
        return this.late(command, stdin, fault.action.delayMs, deadline);
    }
  }

  /** glusterd works on when its command line has been ended; any other program dies with its effect undone. */
  private async late(
    command: CommandLine,
    stdin: string,
    delayMs: number,
    deadlineMs: number | null,
  ): Promise<Outcome> {
    if (deadlineMs === null || delayMs <= deadlineMs) {
      await sleep(delayMs);
      return this.apply(command, stdin, false);
    }
    await sleep(deadlineMs);
    if (command.program === 'gluster') {
      void sleep(delayMs - deadlineMs).then(() => this.apply(command, stdin, false));
    }
    return TIMED_OUT;
  }

  private apply(command: CommandLine, stdin: string, interrupted: boolean): Outcome {
    if (!this.ports.poweredOn()) return 'connection dropped';
    const result = runProgram(this.ports.context(stdin, interrupted), command);
    this.ports.changed();
    return result;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function firstOf(
  released: Promise<void>,
  deadlineMs: number | null,
  gone: AbortSignal,
): Promise<'released' | 'deadline' | 'gone'> {
  let timer: NodeJS.Timeout | undefined;
  let onGone: (() => void) | undefined;
  try {
    return await Promise.race([
      released.then(() => 'released' as const),
      new Promise<'deadline'>((resolve) => {
        if (deadlineMs !== null) timer = setTimeout(() => resolve('deadline'), deadlineMs);
      }),
      new Promise<'gone'>((resolve) => {
        onGone = () => resolve('gone');
        if (gone.aborted) onGone();
        else gone.addEventListener('abort', onGone, { once: true });
      }),
    ]);
  } finally {
    clearTimeout(timer);
    if (onGone !== undefined) gone.removeEventListener('abort', onGone);
  }
}
