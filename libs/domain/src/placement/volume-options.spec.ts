import { describe, expect, it } from 'vitest';
import type { Durability } from '../volume/events.js';
import { defaultPlacementSettings as settings } from './settings.js';
import { glusterVolumeOptions, isArbiterVolume, placementRules, readVolumeOption } from './volume-options.js';

const replica3: Durability = { type: 'replicate', replica: 3 };

describe('a volume option', () => {
  it('is the last one given', () => expect(readVolumeOption(['a 1', 'b 2', 'a 3'], 'a')).toBe('3'));
  it('is split at the first space', () => expect(readVolumeOption(['a  b c'], 'a')).toBe(' b c'));
  it('may have no value', () => expect(readVolumeOption(['a'], 'a')).toBe(''));
  it('may be absent', () => expect(readVolumeOption(['', 'ab 1'], 'a')).toBeUndefined());
});

describe('the option list of a volume', () => {
  it.each([
    ['', null, [], '', ['', '']],
    ['', null, ['performance.cache-size 1GB'], '', ['', 'performance.cache-size 1GB', '']],
    ['', 'group gluster-block', [], '', ['', 'group gluster-block', '']],
    ['a 1,b 2', null, ['c 3'], 'd 4', ['a 1', 'b 2', 'c 3', 'd 4']],
  ])('%j + %j + %j + %j', (pre, block, request, post, list) => {
    expect(glusterVolumeOptions(pre, block, request, post)).toEqual(list);
  });
});

describe('placement rules', () => {
  const strict = (options: readonly string[], zoneChecking: 'none' | 'strict'): boolean =>
    placementRules(replica3, options, { ...settings, zoneChecking }).strictZones;

  it.each([
    ['strict', [], true],
    ['none', [], false],
    ['none', ['user.heketi.zone-checking strict'], true],
    ['strict', ['user.heketi.zone-checking none'], false],
    ['strict', ['user.heketi.zone-checking nonsense'], false],
    ['strict', ['user.heketi.zone-checking'], true],
    ['none', ['user.heketi.zone-checking strict', 'user.heketi.zone-checking none'], false],
  ] as const)('zone checking of the site %s, options %j: strict %s', (site, options, expected) => {
    expect(strict(options, site)).toBe(expected);
  });

  it.each([
    ['', 64],
    ['100', 100],
    ['0', 64],
    ['-5', 64],
    ['many', 64],
  ])('average file size %j: %i KiB', (text, averageFileSizeKiB) => {
    const options = ['user.heketi.arbiter true', `user.heketi.average-file-size ${text}`];
    expect(placementRules(replica3, options, settings).arbiter).toEqual({ averageFileSizeKiB });
  });

  it.each(['1', 't', 'T', 'true', 'True', 'TRUE'])('an arbiter is asked for with %s', (text) => {
    expect(isArbiterVolume(replica3, [`user.heketi.arbiter ${text}`])).toBe(true);
  });

  it('no arbiter otherwise, nor where durability has none', () => {
    const asked = ['user.heketi.arbiter true'];
    expect(isArbiterVolume(replica3, ['user.heketi.arbiter yes'])).toBe(false);
    expect(isArbiterVolume(replica3, [...asked, 'user.heketi.arbiter false'])).toBe(false);
    expect(isArbiterVolume({ type: 'replicate', replica: 2 }, asked)).toBe(false);
    expect(isArbiterVolume({ type: 'disperse', data: 4, redundancy: 2 }, asked)).toBe(false);
  });

  it('has no tag rule unless asked', () => {
    expect(placementRules(replica3, [], settings).tagRule).toBeNull();
    expect(placementRules(replica3, ['user.heketi.device-tag-match'], settings).tagRule).toBeNull();
  });
});
