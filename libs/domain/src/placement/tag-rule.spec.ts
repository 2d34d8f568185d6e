import { describe, expect, it } from 'vitest';
import { matchesTagRule, parseTagRule } from './tag-rule.js';

describe('a tag rule', () => {
  it.each([
    ['tier=ssd', { name: 'tier', equal: true, value: 'ssd' }],
    ['tier!=ssd', { name: 'tier', equal: false, value: 'ssd' }],
    ['disk-type=nvme-2', { name: 'disk-type', equal: true, value: 'nvme-2' }],
    ['a.b_c=x/y:z', { name: 'a.b_c', equal: true, value: 'x/y:z' }],
    ['a=b=c', { name: 'a', equal: true, value: 'b=c' }],
  ])('%s', (text, rule) => expect(parseTagRule(text)).toEqual(rule));

  it.each(['tier', '@@', '=ssd', 'tier=', 'ti er=ssd', 'tier=s sd', ''])('is no rule: %j', (text) => {
    expect(() => parseTagRule(text)).toThrow(`Invalid tag matching rule: Invalid tag match rule: ${text}`);
  });

  it.each([
    ['tier=ssd', { tier: 'ssd' }, true],
    ['tier=ssd', { tier: 'SSD' }, false],
    ['tier=ssd', {}, false],
    ['tier!=ssd', { tier: 'hdd' }, true],
    ['tier!=ssd', { tier: 'ssd' }, false],
    ['tier!=ssd', {}, true],
    ['constructor!=x', {}, true],
  ])('%s with tags %j: %s', (text, tags, expected) => {
    expect(matchesTagRule(parseTagRule(text), tags)).toBe(expected);
  });
});
