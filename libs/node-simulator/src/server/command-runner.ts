import { messageOf } from '#kernel';
import type { Fault, FaultPlan } from '../faults/fault-plan.js';
import { withoutFence } from '../fence/fence-call.js';
import type { NodeFence, RunningCommand } from '../fence/node-fence.js';
import type { CommandResult, ProgramContext } from '../programs/program.js';
import { readsStdin, runProgram } from '../programs/run.js';
import type { VolumeLocks } from './volume-locks.js';
import { parseCommandLine, type CommandLine } from '../shell/command-line.js';

/** How a command ended: with an answer, by a signal, by the connection breaking, or with nobody left to answer to. */
export type Outcome = CommandResult | 'killed' | 'connection dropped' | 'caller gone';

/** A command with its end. */
export interface Ended {
  readonly outcome: Outcome;
  /** As it would be without a fence. */
  readonly line: string;
  readonly fence: FenceNote | null;
}

/** What a line has to do with the fence. */
export interface FenceNote {
  readonly kind: 'install' | 'run' | 'take' | 'forget';
  readonly epochs: Readonly<Record<string, number>>;
  /** false: the script said no, or was not there, and nothing was done. */
  readonly passed: boolean;
}

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
  readonly fence: NodeFence;
}

/** A command in flight, with the count of power cuts when it came. */
interface CommandInFlight extends CommandLine {
  readonly running: RunningCommand;
  readonly powerCuts: number;
}

/** coreutils' timeout(1) says this when the time has passed. */
const TIMED_OUT: CommandResult = { exitCode: 124, stdout: '', stderr: '' };
const LINE_REFUSED = 2;
const NOT_PERMITTED = 126;

/**
 * Carries commands out with latency, `timeout`, fence and faults. The effect of a command is one synchronous step: two
 * commands never see each other's half.
 */
export class CommandRunner {
  constructor(
    private readonly settings: RunnerSettings,
    private readonly ports: RunnerPorts,
  ) {}

  /** `gone` fires when the channel closes or the caller kills the command: what still hangs then has no effect. */
  async run(user: string, sent: string, readStdin: () => Promise<string>, gone: AbortSignal): Promise<Ended> {
    const line = withoutFence(sent);
    let command: CommandLine;
    try {
      command = parseCommandLine(sent);
    } catch (error) {
      const stderr = `simulator: refused line: ${messageOf(error)}: ${sent}\n`;
      return { outcome: { exitCode: LINE_REFUSED, stdout: '', stderr }, line, fence: null };
    }
    if (user !== 'root' && !command.sudo) {
      const stderr = `bash: ${command.program}: Permission denied\n`;
      return { outcome: { exitCode: NOT_PERMITTED, stdout: '', stderr }, line, fence: null };
    }
    const stdin = readsStdin(command) ? await readStdin() : '';
    const { passed, outcome } = await this.arrive(command, line, stdin, gone);
    return { outcome, line, fence: noteOf(command, passed) };
  }

  private async arrive(
    command: CommandLine,
    line: string,
    stdin: string,
    gone: AbortSignal,
  ): Promise<{ passed: boolean; outcome: Outcome }> {
    const { fence, program } = command;
    const missing = fence === null ? null : this.ports.fence.missing(fence);
    if (missing !== null) return { passed: false, outcome: missing };
    const stall = this.ports.faults.take(line, 'on the way');
    if (stall !== null && (await firstOf({ released: stall.released, gone: fired(gone) })) === 'gone') {
      return { passed: false, outcome: 'caller gone' };
    }
    const running = this.ports.fence.enter(program, fence);
    if ('exitCode' in running) return { passed: false, outcome: running };
    const inFlight = { ...command, running, powerCuts: this.ports.powerCuts() };
    try {
      return { passed: true, outcome: await this.start(inFlight, line, stdin, gone) };
    } finally {
      running.end();
    }
  }

  private async start(command: CommandInFlight, line: string, stdin: string, gone: AbortSignal): Promise<Outcome> {
    const unlock = this.ports.locks.take(command);
    if (typeof unlock !== 'function') return unlock;
    const fault = this.ports.faults.take(line, 'on the node');
    const latency = this.settings.latencyMs(line);
    if (latency > 0) await sleep(latency);
    const { outcome, rest } = await this.carryOut(command, stdin, fault, gone);
    void rest.then(unlock);
    return outcome;
  }

  /** `rest` is what goes on in the node after the caller has its answer. */
  private async carryOut(
    command: CommandInFlight,
    stdin: string,
    fault: Fault | null,
    gone: AbortSignal,
  ): Promise<{ outcome: Outcome; rest: Promise<void> }> {
    const rest = Promise.resolve();
    const { running } = command;
    const deadlineMs = command.timeoutSeconds === null ? null : command.timeoutSeconds * 1000 * this.settings.timeScale;
    switch (fault?.action.kind) {
      case undefined:
      case 'stall':
        return { outcome: await this.withinDeadline(command, stdin, deadlineMs), rest };
      case 'fail':
        return { outcome: { stdout: '', ...fault.action }, rest };
      case 'drop-before':
        return { outcome: 'connection dropped', rest };
      case 'drop-midway':
        this.apply(command, stdin, true);
        return { outcome: 'connection dropped', rest };
      case 'drop-after':
        await this.withinDeadline(command, stdin, deadlineMs);
        return { outcome: 'connection dropped', rest };
      case 'hang': {
        const { released } = fault;
        const end = await firstOf({ released, gone: fired(gone), killed: running.killed }, deadlineMs);
        if (end === 'deadline') return { outcome: TIMED_OUT, rest };
        if (end === 'gone') return { outcome: 'caller gone', rest };
        if (end === 'killed' && fault.action.killedMidway === true) this.apply(command, stdin, true);
        return { outcome: end === 'killed' ? 'killed' : this.apply(command, stdin, false), rest };
      }
      case 'delay': {
        const { delayMs } = fault.action;
        if ((await firstOf({ killed: running.killed, delayed: sleep(delayMs) }, deadlineMs)) !== 'deadline') {
          return { outcome: this.apply(command, stdin, false), rest };
        }
        return { outcome: TIMED_OUT, rest: this.afterTheCaller(command, stdin, delayMs - (deadlineMs ?? 0)) };
      }
    }
  }

  /** glusterd works on when its command line has been ended; any other program dies without effect. */
  private async afterTheCaller(command: CommandInFlight, stdin: string, delayMs: number): Promise<void> {
    if (command.program !== 'gluster') return;
    await sleep(delayMs);
    this.apply(command, stdin, false);
  }

  /** A program takes no time; a take-over waits for others. */
  private async withinDeadline(command: CommandInFlight, stdin: string, deadlineMs: number | null): Promise<Outcome> {
    const { fence } = command;
    if (fence === null || fence.verb === 'run') return this.apply(command, stdin, false);
    const order = this.ports.fence.carryOut(fence);
    if ((await firstOf({ done: order.then(() => undefined) }, deadlineMs)) === 'deadline') return TIMED_OUT;
    if (this.ports.powerCuts() !== command.powerCuts) return 'connection dropped';
    this.ports.changed();
    return order;
  }

  private apply(command: CommandInFlight, stdin: string, interrupted: boolean): Outcome {
    if (this.ports.powerCuts() !== command.powerCuts) return 'connection dropped';
    if (command.running.isKilled && !interrupted) return 'killed';
    const result = runProgram(this.ports.context(stdin, interrupted), command);
    this.ports.changed();
    return result;
  }
}

function noteOf({ fence, program }: CommandLine, passed: boolean): FenceNote | null {
  if (program === 'sh') return { kind: 'install', epochs: {}, passed };
  if (fence === null) return null;
  return { kind: fence.verb as FenceNote['kind'], epochs: fence.epochs, passed };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The name of what comes first. */
async function firstOf<Name extends string>(
  events: Readonly<Record<Name, Promise<void>>>,
  deadlineMs: number | null = null,
): Promise<Name | 'deadline'> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<'deadline'>((resolve) => {
    if (deadlineMs !== null) timer = setTimeout(() => resolve('deadline'), deadlineMs);
  });
  const named = (Object.entries(events) as [Name, Promise<void>][]).map(([name, event]) => event.then(() => name));
  try {
    return await Promise.race([deadline, ...named]);
  } finally {
    clearTimeout(timer);
  }
}
