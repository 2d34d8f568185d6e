import * as gluster from '../commands/gluster.js';
import type { NodeSettings } from '../commands/settings.js';
import { NodeCommandError, type GlusterVolume, type VolumeSpec } from '../storage-nodes.js';
import { addSets } from './volume-bricks.js';
import { isOurs, missingSets } from './brick-sets.js';
import type { NodeCommands } from './node-commands.js';
import { lookAtVolume, NO_SUCH_VOLUME } from './volume-look.js';

/** Creates the volume from its first set, adds the others, sets the options, and writes last whose it is. */
export async function ensureVolume(
  commands: NodeCommands,
  spec: VolumeSpec,
  fresh: boolean,
  settings: NodeSettings,
): Promise<void> {
  // checked before anything is sent
  const options = gluster.volumeOptions(spec);
  const found = fresh ? null : await ownVolume(commands, spec, settings);
  const [first, ...others] = spec.brickSets;
  if (found === null) {
    await commands.expectGluster(gluster.volumeCreate(spec, first ?? [], settings));
    await addSets(commands, spec, others, settings);
  } else {
    await addSets(commands, spec, missingSets(spec.brickSets, found, commands.node.manageHost), settings);
  }
  for (const option of options.filter(({ key, value }) => found?.options[key] !== value)) {
    await commands.expectGluster(gluster.volumeSet(spec.name, option, settings));
  }
}

async function ownVolume(
  commands: NodeCommands,
  spec: VolumeSpec,
  settings: NodeSettings,
): Promise<GlusterVolume | null> {
  const found = await lookAtVolume(commands, spec.name, settings);
  if (found !== null && !isOurs(found, spec)) {
    const owner = found.options[gluster.OWNER_KEY] ?? 'unknown';
    const text = `volume ${spec.name} exists already and belongs to another (${gluster.OWNER_KEY} ${owner})`;
    throw new NodeCommandError(text, commands.node.manageHost, `gluster volume info ${spec.name}`, 0);
  }
  return found;
}

export async function ensureVolumeStarted(commands: NodeCommands, name: string, settings: NodeSettings): Promise<void> {
  await commands.expectGluster(gluster.volumeStart(name, settings), /already started/i);
}

/** @param owner where given, a volume of that name which is not this one is left alone */
export async function ensureVolumeStopped(
  commands: NodeCommands,
  name: string,
  owner: VolumeSpec | undefined,
  settings: NodeSettings,
): Promise<void> {
  if (await mayTouch(commands, name, owner, settings)) {
    const done = new RegExp(`not in the started state|${NO_SUCH_VOLUME.source}`, 'i');
    await commands.expectGluster(gluster.volumeStop(name, settings), done);
  }
}

/** @param owner where given, a volume of that name which is not this one is left alone */
export async function removeVolume(
  commands: NodeCommands,
  name: string,
  owner: VolumeSpec | undefined,
  settings: NodeSettings,
): Promise<void> {
  if (await mayTouch(commands, name, owner, settings)) {
    await commands.expectGluster(gluster.volumeDelete(name, settings), NO_SUCH_VOLUME);
  }
}

async function mayTouch(
  commands: NodeCommands,
  name: string,
  owner: VolumeSpec | undefined,
  settings: NodeSettings,
): Promise<boolean> {
  if (owner === undefined) {
    return true;
  }
  const found = await lookAtVolume(commands, name, settings);
  return found !== null && isOurs(found, owner);
}

export async function startRebalance(commands: NodeCommands, name: string, settings: NodeSettings): Promise<void> {
  await commands.expectGluster(gluster.volumeRebalance(name, settings), /already started|in progress/i);
}
