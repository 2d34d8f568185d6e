import type { BrickReservation } from '#domain';
import { rmdir, umount } from '../commands/files.js';
import { dropFstabLine } from '../commands/fstab.js';
import { lvremove, lvs } from '../commands/lvm.js';
import type { NodeSettings } from '../commands/settings.js';
import { parseLvs } from '../parsers/lvm-report.js';
import { ownedNames } from './bricks.js';
import { wordsOf, type NodeCommands } from './node-commands.js';

const NOT_MOUNTED = /not mounted|no mount point specified/i;
const GONE = /failed to find|not found/i;
/** Something else was put under the mount point; it is not ours to judge, and the answer is on record. */
const FOLDER_GONE = /no such file or directory|directory not empty/i;

/**
 * Undoes ensureBrick from the top: unmount, fstab line, LV, pool, folder. A busy mount stops it before anything is lost.
 * @throws NodeCommandError also where snapshots or clones still live in the pool, whose space would not come back
 */
export async function removeBrick(
  commands: NodeCommands,
  brick: BrickReservation,
  settings: NodeSettings,
): Promise<void> {
  const names = ownedNames(brick);
  await commands.expectUnless(NOT_MOUNTED, umount(names.mountPoint));
  await commands.expect(dropFstabLine(names, settings));
  await commands.expectUnless(GONE, lvremove(names.vg, names.lv, settings));
  await removePool(commands, names, settings);
  await commands.expectUnless(FOLDER_GONE, rmdir(names.mountPoint));
}

async function removePool(
  commands: NodeCommands,
  names: { readonly vg: string; readonly pool: string },
  settings: NodeSettings,
): Promise<void> {
  const command = lvs(names.vg);
  const result = await commands.run(command);
  if (result.exitCode !== 0) {
    if (GONE.test(wordsOf(result))) {
      return;
    }
    throw commands.refused(command, result);
  }
  const pool = parseLvs(result.stdout).find((volume) => volume.name === names.pool);
  if (pool === undefined) {
    return;
  }
  if (pool.thinCount > 0) {
    const text = `thin pool ${names.vg}/${names.pool} still holds ${pool.thinCount} volumes (snapshots or clones)`;
    throw commands.failed(text, command, result);
  }
  await commands.expectUnless(GONE, lvremove(names.vg, names.pool, settings));
}
