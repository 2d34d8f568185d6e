import { setsPerCommand, volumeAddBricks, volumeRemoveBricks } from '../commands/gluster.js';
import type { NodeSettings } from '../commands/settings.js';
import { NodeCommandError, type GlusterBrick, type VolumeSpec } from '../storage-nodes.js';
import { chunks, missingSets, presentSets } from './brick-sets.js';
import type { NodeCommands } from './node-commands.js';
import { lookAtVolume } from './volume-look.js';

type BrickSet = readonly GlusterBrick[];

export async function addSets(
  commands: NodeCommands,
  spec: VolumeSpec,
  sets: readonly BrickSet[],
  settings: NodeSettings,
): Promise<void> {
  for (const chunk of chunks(sets, setsPerCommand(spec.durability))) {
    await commands.expectGluster(volumeAddBricks(spec.name, chunk.flat(), settings));
  }
}

/** Adds the sets that the volume does not have yet. */
export async function ensureBricksInVolume(
  commands: NodeCommands,
  spec: VolumeSpec,
  settings: NodeSettings,
): Promise<void> {
  const found = await lookAtVolume(commands, spec.name, settings);
  if (found === null) {
    const text = `Volume ${spec.name} does not exist`;
    throw new NodeCommandError(text, commands.node.manageHost, `gluster volume info ${spec.name}`, 1);
  }
  await addSets(commands, spec, missingSets(spec.brickSets, found, commands.node.manageHost), settings);
}

/** Takes out what the volume has of the sets; where it has nothing of them, or is gone, nothing is left to do. */
export async function removeBricksFromVolume(
  commands: NodeCommands,
  spec: VolumeSpec,
  settings: NodeSettings,
): Promise<void> {
  const found = await lookAtVolume(commands, spec.name, settings);
  const sets = found === null ? [] : presentSets(spec.brickSets, found);
  for (const chunk of chunks(sets, setsPerCommand(spec.durability))) {
    await commands.expectGluster(volumeRemoveBricks(spec.name, chunk.flat(), settings));
  }
}
