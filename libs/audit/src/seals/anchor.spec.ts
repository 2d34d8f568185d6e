import { describe, expect, it } from 'vitest';
import { parseAnchors, type Anchor } from './anchor.js';

const anchor = (number: number): Anchor => ({
  number,
  hash: 'ab'.repeat(32),
  totalEvents: number * 10,
  sealedAt: '2026-11-22T10:00:00.5Z',
  keyId: 'k',
  signature: 'c2lnbmF0dXJl',
});

describe('kept anchors', () => {
  it('are read from what the command prints', () => {
    const anchors = [anchor(2), anchor(1)];
    expect(parseAnchors(JSON.stringify(anchors, null, 2))).toEqual(anchors);
    expect(parseAnchors(JSON.stringify(anchor(1)))).toEqual([anchor(1)]);
    expect(parseAnchors(JSON.stringify({ items: anchors, next: null }))).toEqual(anchors);
  });

  it('are read from the log of the service, whatever else is in it', () => {
    const lines = [
      'some other program wrote this',
      JSON.stringify({ level: 'info', msg: 'worker started' }),
      JSON.stringify({ level: 'info', ['anchor']: anchor(7), msg: 'log sealed' }),
      '{"level":"info","anch',
    ];
    expect(parseAnchors(lines.join('\n'))).toEqual([anchor(7)]);
  });

  it.each(['', '[]', 'no JSON', '{"level":"info"}'])('are missed where there are none: %s', (text) => {
    expect(() => parseAnchors(text)).toThrow('there is no anchor in it');
  });

  it('are refused where one is not whole', () => {
    expect(() => parseAnchors(JSON.stringify([anchor(1), { ...anchor(2), hash: 'ab' }]))).toThrow(
      'the anchor of seal 2 is not whole: hash: ',
    );
  });
});
