import type { CommandLogEntry } from '#node-simulator';
import { labelOf } from './commands.js';

/** A command with the node that ran it. */
export interface RanCommand extends Pick<CommandLogEntry, 'at' | 'line' | 'exitCode' | 'durationMs'> {
  readonly node: string;
}

interface Rule {
  readonly label: string;
  /** Its groups name the object. */
  readonly object: RegExp;
  readonly makes?: string;
  readonly unmakes?: readonly string[];
}

/**
 * What may take effect once on one object, until it is undone. A filesystem is not among them: one that was never mounted holds
 * nothing and may be made again (nobody can tell whether it was finished); `mount` keeps watch over those that were.
 */
const rules: readonly Rule[] = [
  { label: 'lvcreate', object: /--name '?(brick_\w+)/, makes: 'lv' },
  { label: 'lvremove', object: /\/(brick_\w+)/, unmakes: ['lv'] },
  { label: 'mount', object: /(brick_\w+)/, makes: 'mount' },
  { label: 'umount', object: /(brick_\w+)/, unmakes: ['mount'] },
  { label: 'vgcreate', object: /(vg_\w+)/, makes: 'vg' },
  { label: 'vgremove', object: /(vg_\w+)/, unmakes: ['vg'] },
  { label: 'volume create', object: /volume create (\S+)/, makes: 'volume' },
  { label: 'volume delete', object: /volume delete (\S+)/, unmakes: ['volume', 'bricks'] },
  { label: 'volume start', object: /volume start (\S+)/, makes: 'started' },
  { label: 'volume stop', object: /volume stop (\S+)/, unmakes: ['started'] },
  { label: 'volume add-brick', object: /volume add-brick (\S+ \S+)/, makes: 'bricks' },
  { label: 'volume remove-brick', object: /volume remove-brick (\S+ \S+)/, unmakes: ['bricks'] },
];

/** Gluster's objects are those of all nodes. */
const isShared = (label: string): boolean => label.startsWith('volume ');

/**
 * Objects that were made twice without having been undone in between, and filesystems that were made again after they had been
 * mounted. A command that was refused, fenced off included, had no effect.
 */
export function doubleEffects(commands: readonly RanCommand[]): string[] {
  const made = new Map<string, string>();
  const everMounted = new Set<string>();
  const double: string[] = [];
  for (const { node, line } of inOrder(commands.filter(({ exitCode }) => exitCode === 0))) {
    const label = labelOf(line);
    const brick = /brick_\w+/.exec(line)?.[0] ?? '';
    if (label === 'mount') everMounted.add(brick);
    if (label === 'lvremove') everMounted.delete(brick);
    if (label === 'mkfs.xfs' && everMounted.has(brick))
      double.push(`${node}: a filesystem in use was made again: ${line}`);
    const rule = rules.find((each) => each.label === label);
    const object = rule?.object.exec(line)?.[1];
    if (rule === undefined || object === undefined) continue;
    const key = (what: string): string => [what, isShared(label) ? '' : node, object].join(' ');
    for (const what of rule.unmakes ?? []) made.delete(key(what));
    if (rule.makes === undefined) continue;
    const before = made.get(key(rule.makes));
    if (before !== undefined) double.push(`twice: ${before} and ${node}: ${line}`);
    made.set(key(rule.makes), `${node}: ${line}`);
  }
  return double;
}

function inOrder(commands: readonly RanCommand[]): RanCommand[] {
  const end = ({ at, durationMs }: RanCommand): number => at.getTime() + durationMs;
  return [...commands].sort((a, b) => end(a) - end(b));
}
