import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { pageFor, written } from './output.js';
import { reasonTree } from './reason-tree.js';
import { plain } from './style.js';
import { table } from './table.js';
import { durationText, timeWriter } from './times.js';
import { wrapped } from './wrap.js';

describe('a table', () => {
  it('is aligned, and goes on below its last column instead of wrapping at the edge', () => {
    const rows = [
      ['volume-create', 'failed', 'no space is left on any device of the cluster, see the reasons'],
      ['node-add', 'succeeded', ''],
    ];
    expect(table(['kind', 'status', 'reason'], rows, 60, plain)).toBe(`KIND           STATUS     REASON
volume-create  failed     no space is left on any device of
                          the cluster, see the reasons
node-add       succeeded
`);
  });

  it('is never wider than the terminal where its words are short, and loses none of them', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,10}$/), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(words, fc.integer({ min: 20, max: 100 }), (list, width) => {
        const lines = wrapped(list.join(' '), width);
        expect(lines.join(' ')).toBe(list.join(' '));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('the forms of an answer', () => {
  const answer = {
    items: [{ at: '2026-11-22T13:04:05.678Z', command: `lvcreate ${'x'.repeat(200)}`, n: 1, none: null }],
  };
  it('are text where it is text, to readers of YAML 1.1 as well', () => {
    const text = written('yaml', { position: '865:53', name: 'yes' }, () => '');
    expect(parse(text, { version: '1.1' })).toEqual({ position: '865:53', name: 'yes' });
  });
  it('are the same to programs', () => {
    const text = (): string => 'text';
    expect(JSON.parse(written('json', answer, text))).toEqual(answer);
    expect(parse(written('yaml', answer, text))).toEqual(answer);
    expect(written('table', answer, text)).toBe('text');
  });
});

describe('what people read', () => {
  it('has times in UTC with a Z, else in the local zone', () => {
    expect(timeWriter(true)('2026-11-22T13:04:05.678Z')).toBe('2026-11-22 13:04:05Z');
    const local = timeWriter(false)('2026-11-22T13:04:05.678Z');
    expect(new Date(local.replace(' ', 'T')).toISOString()).toBe('2026-11-22T13:04:05.000Z');
  });
  it.each([
    [12.4, '12 ms'],
    [3_400, '3.4 s'],
    [125_000, '2 min 5 s'],
  ])('has durations: %d', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
  it('has reasons as a tree, what would help first', () => {
    const reasons = [
      {
        rule: 'cluster',
        detail: 'cluster a has no room',
        because: [
          { rule: 'free-space', detail: 'device b is full' },
          { rule: 'remedy', detail: 'with 1 more node it fits' },
        ],
      },
    ];
    expect(reasonTree(reasons, 80)).toBe(
      '- cluster a has no room [cluster]\n  - with 1 more node it fits [remedy]\n  - device b is full [free-space]\n',
    );
  });
  it('is plain and 80 columns wide where it goes into a file', () => {
    const file = Object.assign(Object.create(process.stdout) as NodeJS.WriteStream, { isTTY: false });
    expect(pageFor(file, {}).width).toBe(80);
  });
});
