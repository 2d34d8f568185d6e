import type { BrickSets, EventOf } from '#domain';
import type { Sentences, Telling } from './sentence.js';
import { count, durabilityWords } from './words.js';

const volume = ({ names, streamId }: Telling): string => names.volume(streamId);
const bricks = (brickSets: BrickSets): string => count(brickSets.flat().length, 'brick');

export const volumeSentences: Sentences<EventOf<'volume'>['type']> = {
  VolumeCreateAccepted: ({ name, sizeGiB, durability, brickSets }) =>
    `creation of volume ${name} accepted: ${sizeGiB} GiB, ${durabilityWords(durability)}, ${bricks(brickSets)}`,
  VolumeCreated: (_, telling) => `${volume(telling)} created`,
  VolumeCreateFailed: ({ reason }, telling) => `${volume(telling)} was not created: ${reason}`,
  VolumeExpandAccepted: ({ addGiB, brickSets }, telling) =>
    `expansion of ${volume(telling)} accepted: ${addGiB} GiB more, ${bricks(brickSets)}`,
  VolumeExpanded: (_, telling) => `${volume(telling)} expanded`,
  VolumeExpandFailed: ({ reason }, telling) => `${volume(telling)} was not expanded: ${reason}`,
  VolumeDeleteAccepted: (_, telling) => `deletion of ${volume(telling)} accepted`,
  VolumeDeleted: (_, telling) => `${volume(telling)} deleted`,
  VolumeDeleteFailed: ({ reason }, telling) => `${volume(telling)} was not deleted: ${reason}`,
};
