import { messageOf } from '#kernel';
import type { Fault, FaultPlan } from '../faults/fault-plan.js';
import type { CommandResult, ProgramContext } from '../programs/program.js';
import { readsStdin, runProgram } from '../programs/run.js';
import type { VolumeLocks } from './volume-locks.js';
import { parseCommandLine, type CommandLine } from '../shell/command-line.js';

/** How a command ended: with an answer, by the connection breaking, or with nobody left to answer to. */
export type Outcome = CommandResult | 'connection dropped' | 'caller gone';

export interface RunnerSettings {
  readonly latencyMs: (line: string) => number;
  /** Multiplies what `timeout` in a line says: 0.001 makes its seconds milliseconds. */
  readonly timeScale: number;
}

export interface RunnerPorts {
  context(stdin: string, interrupted: boolean): ProgramContext;
  /** Changes whenever the power goes: what was running then is never finished. */
  powerCuts(): number;
  /** Called after every command that may have changed something. */
  changed(): void;
  readonly faults: FaultPlan;
  readonly locks: VolumeLocks;
}

/** A command in flight, with the count of power cuts when it came. */
interface RunningCommand extends CommandLine {
  readonly powerCuts: number;
}

/** coreutils' timeout(1) says this when the time has passed. */
const TIMED_OUT: CommandResult = { exitCode: 124, stdout: '', stderr: '' };
const LINE_REFUSED = 2;
const NOT_PERMITTED = 126;

/**
 * Carries commands out with latency, `timeout` and faults. The effect of a command is one synchronous step: two commands
 * never see each other's half.
 */
export class CommandRunner {
  constructor(
    private readonly settings: RunnerSettings,
    private readonly ports: RunnerPorts,
  ) {}

  /** `gone` fires when the channel closes or the caller kills the command: what still hangs then has no effect. */
  async run(user: string, line: string, readStdin: () => Promise<string>, gone: AbortSignal): Promise<Outcome> {
    let command: RunningCommand;
    try {
      command = { ...parseCommandLine(line), powerCuts: this.ports.powerCuts() };
    } catch (error) {
      return { exitCode: LINE_REFUSED, stdout: '', stderr: `simulator: refused line: ${messageOf(error)}: ${line}\n` };
    }
    if (user !== 'root' && !command.sudo) {
      return { exitCode: NOT_PERMITTED, stdout: '', stderr: `bash: ${command.program}: Permission denied\n` };
    }
    const stdin = readsStdin(command) ? await readStdin() : '';
    const unlock = this.ports.locks.take(command);
    if (typeof unlock !== 'function') return unlock;
    const fault = this.ports.faults.take(line);
    const latency = this.settings.latencyMs(line);
    if (latency > 0) await sleep(latency);
    const { outcome, rest } = await this.carryOut(command, stdin, fault, gone);
    void rest.then(unlock);
    return outcome;
  }

  /** `rest` is what goes on in the node after the caller has its answer. */
  private async carryOut(
    command: RunningCommand,
    stdin: string,
    fault: Fault | null,
    gone: AbortSignal,
  ): Promise<{ outcome: Outcome; rest: Promise<void> }> {
    const rest = Promise.resolve();
    const deadlineMs = command.timeoutSeconds === null ? null : command.timeoutSeconds * 1000 * this.settings.timeScale;
    switch (fault?.action.kind) {
      case undefined:
        return { outcome: this.apply(command, stdin, false), rest };
      case 'fail':
        return { outcome: { stdout: '', ...fault.action }, rest };
      case 'drop-before':
        return { outcome: 'connection dropped', rest };
      case 'drop-midway':
        this.apply(command, stdin, true);
        return { outcome: 'connection dropped', rest };
      case 'drop-after':
        this.apply(command, stdin, false);
        return { outcome: 'connection dropped', rest };
      case 'hang': {
        const end = await firstOf(fault.released, deadlineMs, gone);
        if (end === 'deadline') return { outcome: TIMED_OUT, rest };
        return { outcome: end === 'gone' ? 'caller gone' : this.apply(command, stdin, false), rest };
      }
      case 'delay': {
        const { delayMs } = fault.action;
        if (deadlineMs === null || delayMs <= deadlineMs) {
          await sleep(delayMs);
          return { outcome: this.apply(command, stdin, false), rest };
        }
        await sleep(deadlineMs);
        return { outcome: TIMED_OUT, rest: this.afterTheCaller(command, stdin, delayMs - deadlineMs) };
      }
    }
  }

  /** glusterd works on when its command line has been ended; any other program dies without effect. */
  private async afterTheCaller(command: RunningCommand, stdin: string, delayMs: number): Promise<void> {
    if (command.program !== 'gluster') return;
    await sleep(delayMs);
    this.apply(command, stdin, false);
  }

  private apply(command: RunningCommand, stdin: string, interrupted: boolean): Outcome {
    if (this.ports.powerCuts() !== command.powerCuts) return 'connection dropped';
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
