import { describe, expect, it } from 'vitest';
import { UnknownSchemaVersion, Upcasters, type Upcast } from './upcasters.js';

interface SizeInMiB {
  readonly sizeMiB: number;
}

const toGiB: Upcast = ({ type, data }) => ({ type, data: { sizeGiB: (data as SizeInMiB).sizeMiB / 1024 } });
const rename: Upcast = ({ data }) => ({ type: 'VolumeGrown', data });
const upcasters = new Upcasters({ VolumeSized: [toGiB, rename] });

describe('Upcasters', () => {
  it('brings an old event through every step to the newest version', () => {
    expect(upcasters.upcast({ type: 'VolumeSized', data: { sizeMiB: 2048 } }, 1)).toEqual({
      event: { type: 'VolumeGrown', data: { sizeGiB: 2 } },
      schemaVersion: 3,
    });
  });

  it('skips the steps that an event has behind it', () => {
    expect(upcasters.upcast({ type: 'VolumeSized', data: { sizeGiB: 5 } }, 2).event).toEqual({
      type: 'VolumeGrown',
      data: { sizeGiB: 5 },
    });
  });

  it('leaves types without steps as they are, at version 1', () => {
    const event = { type: 'NodeAdded', data: {} };
    expect(upcasters.upcast(event, 1)).toEqual({ event, schemaVersion: 1 });
    expect(upcasters.newest('NodeAdded')).toBe(1);
  });

  it('refuses events of a version that only a newer program knows', () => {
    expect(() => upcasters.upcast({ type: 'NodeAdded', data: {} }, 2)).toThrow(UnknownSchemaVersion);
  });
});
