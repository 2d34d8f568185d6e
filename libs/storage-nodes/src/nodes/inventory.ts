import { allMounts, findFolders } from '../commands/files.js';
import { fstabLines, readFstab } from '../commands/fstab.js';
import { allVolumes, poolList } from '../commands/gluster.js';
import { allLvs, allPvs, allVgs } from '../commands/lvm.js';
import type { NodeSettings } from '../commands/settings.js';
import type { GlusterSight, NodeInventory } from '../node-inventory.js';
import { parsePoolList, parseVolumeInfo } from '../parsers/gluster-xml.js';
import { parseAllMounts, parseUnreadable } from '../parsers/host-texts.js';
import { parseAllLvs, parseAllPvs, parseAllVgs } from '../parsers/lvm-inventory.js';
import { wordsOf, type NodeCommands } from './node-commands.js';

type LvmPart = Pick<NodeInventory, 'physicalVolumes' | 'volumeGroups' | 'thinPools' | 'logicalVolumes'>;
type FilesPart = Pick<NodeInventory, 'mounts' | 'fstab' | 'folders' | 'unreadable'>;

const GLUSTERD_IS_DOWN = /gluster daemon is operational/i;

/** Three questions at a time: an inventory must not take the channels of the operations that run beside it. */
export async function inspect(
  commands: NodeCommands,
  settings: NodeSettings,
): Promise<Omit<NodeInventory, 'installation'>> {
  const [lvm, files, gluster] = await Promise.all([
    lvmPart(commands),
    filesPart(commands, settings),
    glusterSight(commands, settings),
  ]);
  return { ...lvm, ...files, gluster };
}

async function lvmPart(commands: NodeCommands): Promise<LvmPart> {
  const physicalVolumes = parseAllPvs((await commands.expect(allPvs())).stdout);
  const volumeGroups = parseAllVgs((await commands.expect(allVgs())).stdout);
  return { physicalVolumes, volumeGroups, ...parseAllLvs((await commands.expect(allLvs())).stdout) };
}

async function filesPart(commands: NodeCommands, settings: NodeSettings): Promise<FilesPart> {
  const mounts = parseAllMounts((await commands.expect(allMounts())).stdout);
  const fstab = fstabLines((await commands.expect(readFstab(settings))).stdout);
  return { mounts, fstab, ...(await foldersBelowRoot(commands)) };
}

/** One dead disk must not hide the others: what can be read counts, and what cannot is named. */
async function foldersBelowRoot(commands: NodeCommands): Promise<Pick<FilesPart, 'folders' | 'unreadable'>> {
  const command = findFolders();
  const result = await commands.run(command);
  const unreadable = result.exitCode === 0 ? [] : parseUnreadable(result.stderr);
  if (unreadable === null) throw commands.refused(command, result);
  return { folders: result.stdout.split('\n').filter((path) => path !== ''), unreadable };
}

async function glusterSight(commands: NodeCommands, settings: NodeSettings): Promise<NodeInventory['gluster']> {
  const command = poolList(settings);
  const result = await commands.gluster(command);
  if (result.exitCode !== 0) {
    if (GLUSTERD_IS_DOWN.test(wordsOf(result))) return { silent: wordsOf(result) };
    throw commands.refused(command, result);
  }
  const volumes = await commands.expectGluster(allVolumes(settings));
  return { peers: parsePoolList(result.stdout), volumes: parseVolumeInfo(volumes.stdout) } satisfies GlusterSight;
}
