import type { BrickReservation, EventOf } from '#domain';
import type { Sentences, Telling } from './sentence.js';
import { count, gib, spaceOf, tagWords } from './words.js';

const device = ({ names, streamId, from }: Telling): string => names.device(streamId, from);

export const deviceSentences: Sentences<EventOf<'device'>['type']> = {
  DeviceAddAccepted: ({ destroyData }, telling) =>
    `addition of ${device(telling)} accepted${destroyData ? ', its data to be destroyed' : ''}`,
  DeviceAdded: ({ totalKiB }, telling) => `${device(telling)} added: ${gib(totalKiB)}`,
  DeviceAddFailed: ({ reason }, telling) => `${device(telling)} was not added: ${reason}`,
  DeviceStateChanged: ({ state }, telling) => `${device(telling)} set ${state}`,
  DeviceTagsChanged: ({ tags }, telling) => `tags of ${device(telling)} changed to ${tagWords(tags)}`,
  DeviceResynced: ({ totalKiB, freeKiB }, telling) =>
    `${device(telling)} measured: ${gib(totalKiB)}, ${gib(freeKiB)} of it free`,
  BrickReserved: (brick, telling) => bricksReserved([brick], telling),
  BrickReleased: (brick, telling) => bricksReleased([brick], telling),
  DeviceDeleteAccepted: ({ forceForget }, telling) =>
    `deletion of ${device(telling)} accepted${forceForget ? ', whatever its node says' : ''}`,
  DeviceDeleted: (_, telling) => `${device(telling)} deleted`,
  DeviceDeleteFailed: ({ reason }, telling) => `${device(telling)} was not deleted: ${reason}`,
};

/** Bricks that came together, of one volume, on one or several devices. */
export function bricksReserved(bricks: readonly BrickReservation[], telling: Telling): string {
  return `${bricksOf(bricks, telling)} came${where(bricks, telling)}: ${spaceOf(bricks)} taken`;
}

/** Bricks that went together. */
export function bricksReleased(bricks: readonly BrickReservation[], telling: Telling): string {
  return `${bricksOf(bricks, telling)} went${where(bricks, telling)}: ${spaceOf(bricks)} given back`;
}

function bricksOf(bricks: readonly BrickReservation[], { names, from }: Telling): string {
  const number = bricks.length === 1 ? 'brick' : count(bricks.length, 'brick');
  const volumes = [...new Set(bricks.map(({ volumeId }) => names.volume(volumeId)))];
  return from === 'volume' ? number : `${number} of ${volumes.join(', ')}`;
}

function where(bricks: readonly BrickReservation[], { names, from }: Telling): string {
  if (from === 'device') return '';
  return ` on ${[...new Set(bricks.map(({ deviceId }) => names.device(deviceId, from)))].join(', ')}`;
}
