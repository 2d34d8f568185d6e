import { Deferred } from '../faults/deferred.js';
import { done, type CommandResult } from '../programs/program.js';
import type { NodeState } from '../model/world.js';
import { isOvertaken, type FenceCall } from './fence-call.js';
import { emptyRun, fenceRefusal, forget, remember } from './fence-memory.js';

/** A command under way, from its arrival to its effect. */
export class RunningCommand {
  private readonly ending = new Deferred();
  private readonly killing = new Deferred();
  isKilled = false;

  constructor(
    readonly program: string,
    /** null: it is not fenced. */
    readonly call: FenceCall | null,
    private readonly left: (command: RunningCommand) => void,
  ) {}

  get killed(): Promise<void> {
    return this.killing.promise;
  }

  get ended(): Promise<void> {
    return this.ending.promise;
  }

  kill(): void {
    this.isKilled = true;
    this.killing.resolve();
  }

  end(): void {
    this.left(this);
    this.ending.resolve();
  }
}

/** The script of a node, as far as it is there, and the commands that run behind it. */
export class NodeFence {
  private readonly commands = new Set<RunningCommand>();

  constructor(
    private readonly state: NodeState,
    /** Multiplies the seconds in calls. */
    private readonly timeScale: number,
  ) {}

  /** What runs behind the fence now. */
  get running(): readonly RunningCommand[] {
    return [...this.commands];
  }

  /** What the shell says where the script is not there; null: it is. */
  missing({ script }: FenceCall): CommandResult | null {
    if (script in this.state.files) return null;
    return { exitCode: 2, stdout: '', stderr: `sh: 0: cannot open ${script}: No such file\n` };
  }

  /** The script's checks, and what it writes down. @returns the command, or why it does not run */
  enter(program: string, call: FenceCall | null): RunningCommand | CommandResult {
    const command = new RunningCommand(program, call, (ended) => this.commands.delete(ended));
    if (call === null) return command;
    const refusal = this.look(call);
    if (refusal !== null) return refusal;
    if (call.verb === 'run') this.commands.add(command);
    return command;
  }

  /** The rest of `take` and `forget`, once they have entered. */
  async carryOut(call: FenceCall): Promise<CommandResult> {
    if (call.verb === 'forget') return forget(this.state, call);
    const overtaken = this.running.filter((command) => command.call !== null && isOvertaken(command.call, call));
    // glusterd goes on when its command line is killed: that ends by its own deadline
    const mortal = overtaken.filter(({ program }) => program !== 'gluster');
    const patience = setTimeout(
      () => {
        for (const command of mortal) command.kill();
      },
      call.patienceSeconds * 1000 * this.timeScale,
    );
    await Promise.all(overtaken.map(({ ended }) => ended));
    clearTimeout(patience);
    return done();
  }

  powerCut(): void {
    for (const command of this.commands) command.kill();
    emptyRun(this.state);
  }

  private look(call: FenceCall): CommandResult | null {
    if (call.misused !== '') return misuse(call.misused);
    const refusal = fenceRefusal(this.state, call);
    if (refusal !== null) return refusal;
    if (!['run', 'take', 'forget'].includes(call.verb)) return misuse(`unknown: ${call.verb}`);
    if (call.verb === 'run' && !call.hasCommand) return misuse('no command');
    if (call.verb !== 'forget') remember(this.state, call);
    return null;
  }
}

function misuse(words: string): CommandResult {
  return { exitCode: 64, stdout: '', stderr: `brickyard-fence: ${words}\n` };
}
