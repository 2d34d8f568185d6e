import type { CommandResult } from '../programs/program.js';
import type { CommandLine } from '../shell/command-line.js';

const CHANGES_A_VOLUME = new Set([
  'create',
  'add-brick',
  'remove-brick',
  'reset-brick',
  'set',
  'start',
  'stop',
  'delete',
  'rebalance',
]);

/**
 * glusterd's lock on a volume: held from the arrival of a changing command until its effect. Who comes meanwhile, through
 * whichever node, is sent away. Only commands that take time (latency, delay, hang) ever meet each other here.
 */
export class VolumeLocks {
  private readonly held = new Set<string>();

  /** @returns how to let go, or the refusal that glusterd gives */
  take(command: CommandLine): (() => void) | CommandResult {
    const target = changedVolume(command);
    if (target === null) return () => undefined;
    const { verb, name } = target;
    if (this.held.has(name)) {
      const why = `Another transaction is in progress for ${name}. Please try again after some time.`;
      return { exitCode: 1, stdout: '', stderr: `volume ${verb}: failed: ${why}\n` };
    }
    this.held.add(name);
    return () => this.held.delete(name);
  }
}

function changedVolume({ program, args }: CommandLine): { verb: string; name: string } | null {
  if (program !== 'gluster') return null;
  const [group, verb = '', name = ''] = args.filter((word) => !word.startsWith('--'));
  return group === 'volume' && CHANGES_A_VOLUME.has(verb) ? { verb, name } : null;
}
