import { volumeInfo } from '../commands/gluster.js';
import type { NodeSettings } from '../commands/settings.js';
import { glusterAnswer, parseVolumeInfo } from '../parsers/gluster-xml.js';
import type { GlusterVolume } from '../storage-nodes.js';
import { wordsOf, type NodeCommands } from './node-commands.js';

export const NO_SUCH_VOLUME = /does not exist/i;

/** What Gluster knows of a volume; null for nothing. With `--xml` a refusal may come with exit 0. */
export async function lookAtVolume(
  commands: NodeCommands,
  name: string,
  settings: NodeSettings,
): Promise<GlusterVolume | null> {
  const command = volumeInfo(name, settings);
  const result = await commands.gluster(command);
  if (result.exitCode === 0 && (glusterAnswer(result.stdout)?.opRet ?? -1) >= 0) {
    return parseVolumeInfo(result.stdout).find((volume) => volume.name === name) ?? null;
  }
  if (NO_SUCH_VOLUME.test(wordsOf(result))) {
    return null;
  }
  throw commands.refused(command, result);
}
