import { findVolumeGroup } from '../../model/volume-groups.js';
import type { NodeState, VolumeGroup } from '../../model/world.js';
import { parseOptions, UnknownOption, type OptionSpec, type ParsedOptions } from '../../shell/options.js';
import { refuse } from '../program.js';

/** LVM's exit codes, as lib/commands/errors.h has them. */
export const LVM_FAILED = 5;
const LVM_INVALID_COMMAND_LINE = 3;

/** LVM prints this to stderr whenever a change was made with `--autobackup n`. */
export const NOT_BACKED_UP = '  WARNING: This metadata update is NOT backed up.\n';

export function lvmOptions(command: string, args: readonly string[], spec: OptionSpec): ParsedOptions {
  try {
    return parseOptions(args, { flags: ['-q', '-qq', '-y', ...(spec.flags ?? [])], values: spec.values ?? [] });
  } catch (error) {
    if (!(error instanceof UnknownOption)) throw error;
    return refuse(
      LVM_INVALID_COMMAND_LINE,
      `lvm ${command}: unrecognized option '${error.option}'`,
      '  Error during parsing of command line.',
    );
  }
}

export function backupWarning(options: ParsedOptions): string {
  return options.value('--autobackup') === 'n' ? NOT_BACKED_UP : '';
}

/** What is printed where the message is not an error: `-qq` silences it. */
export function unlessQuiet(options: ParsedOptions, message: string): string {
  return options.has('-qq') ? '' : `${message}\n`;
}

export function requireGroup(node: NodeState, name: string): VolumeGroup {
  return (
    findVolumeGroup(node, name) ??
    refuse(LVM_FAILED, `  Volume group "${name}" not found`, `  Cannot process volume group ${name}`)
  );
}

const UNIT_KIB: Readonly<Record<string, number>> = { K: 1, M: 1024, G: 1024 ** 2, T: 1024 ** 3 };

/** `128M`, `256K`; without a unit LVM takes MiB. */
export function sizeKiB(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([kKmMgGtT]?)$/.exec(text);
  if (match === null) return refuse(LVM_INVALID_COMMAND_LINE, `  Invalid argument for size: ${text}`);
  return Number(match[1]) * (UNIT_KIB[(match[2] ?? '').toUpperCase() || 'M'] ?? 1);
}

/** `VG/LV`, also with `/dev/` in front. */
export function groupAndVolume(name: string): { groupName: string; volumeName: string } {
  const [groupName = '', volumeName = ''] = name.replace(/^\/dev\//, '').split('/');
  return { groupName, volumeName };
}
