import { describe, expect, it } from 'vitest';
import { fold } from '#kernel';
import { sampleBrick, sampleDevice, sampleId, sampleObservation } from '../testing/samples.js';
import type { DeviceEvent, DeviceObservation } from './events.js';
import { evolveDevice } from './evolve.js';
import { type DeviceState, noDevice } from './state.js';

const operationId = sampleId('operation');
const { totalKiB } = sampleObservation;
const footprintKiB = 10_485_760 + 53_248;
const after = (...events: readonly DeviceEvent[]): DeviceState =>
  fold(evolveDevice, noDevice, [
    { type: 'DeviceAddAccepted', data: { ...sampleDevice, operationId } },
    { type: 'DeviceAdded', data: { ...sampleObservation, operationId } },
    ...events,
  ]);
const reserved: DeviceEvent = { type: 'BrickReserved', data: sampleBrick('brick1') };
const resynced = (changes: Partial<DeviceObservation>): DeviceEvent => ({
  type: 'DeviceResynced',
  data: { ...sampleObservation, ...changes },
});
const space = ({ totalKiB: total, freeKiB: free, usedKiB: used }: DeviceState) => ({ total, free, used });

describe("a device's space", () => {
  it('is charged with the thin pool and its metadata', () => {
    const device = after(reserved);
    expect(space(device)).toEqual({ total: totalKiB, free: totalKiB - footprintKiB, used: footprintKiB });
    expect(device.brickCount).toBe(1);
  });

  it('comes back by the stored numbers', () => {
    expect(after(reserved, { type: 'BrickReleased', data: sampleBrick('brick1') })).toEqual(after());
  });

  it('never goes below zero: the log would be broken', () => {
    const huge = sampleBrick('huge', { thinPoolKiB: totalKiB + 1 });
    expect(() => after({ type: 'BrickReserved', data: huge })).toThrow(/broken log/);
    expect(() => after({ type: 'BrickReleased', data: sampleBrick('brick1') })).toThrow(/broken log/);
  });

  it.each([
    ['a reservation that LVM has not seen yet', { freeKiB: totalKiB }, totalKiB - footprintKiB],
    ['what LVM agrees with', { freeKiB: totalKiB - footprintKiB }, totalKiB - footprintKiB],
    ['a guest in the volume group', { freeKiB: 50_000_000 }, 50_000_000],
    ['a device that grew', { totalKiB: 2 * totalKiB, freeKiB: 2 * totalKiB }, 2 * totalKiB - footprintKiB],
    ['a device smaller than its bricks', { totalKiB: 1000, freeKiB: 0 }, 0],
  ])('stays exact when measured again: %s', (_, changes, freeKiB) => {
    const device = after(reserved, resynced(changes));
    expect(space(device)).toEqual({ total: freeKiB + footprintKiB, free: freeKiB, used: footprintKiB });
  });
});
