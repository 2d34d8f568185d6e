import { describe, expect, it } from 'vitest';
import { moment, time } from './moment.js';

const now = new Date('2026-11-22T13:04:05.678Z');
const local = (hour = 0, minute = 0): string => new Date(2026, 10, 22, hour, minute).toISOString();

describe('a time that somebody writes', () => {
  it.each([
    ['2026-11-22T13:04:05Z', '2026-11-22T13:04:05.000Z'],
    ['2026-11-22T13:04:05+02:00', '2026-11-22T11:04:05.000Z'],
    ['2026-11-22 13:04:05Z', '2026-11-22T13:04:05.000Z'],
    ['2026-11-22 13:04', local(13, 4)],
    ['2026-11-22', local()],
    ['2h ago', '2026-11-22T11:04:05.678Z'],
    ['90 minutes ago', '2026-11-22T11:34:05.678Z'],
    ['-1d', '2026-11-21T13:04:05.678Z'],
    ['-30s', '2026-11-22T13:03:35.678Z'],
  ])('is understood: %s', (text, iso) => {
    expect(time(text, now)).toBe(iso);
  });

  it.each(['', 'soon', '2h', '-2', '-2 fortnights', '2026-13-40', '22.11.2026', '745:1204', 'constructor ago'])(
    'is refused with what would do: %s',
    (text) => {
      expect(() => time(text, now)).toThrow(/"2h ago"/);
    },
  );

  it('may be a position of the log instead, which is handed on as it is', () => {
    expect(moment('745:1204', now)).toBe('745:1204');
    expect(moment('-2h', now)).toBe('2026-11-22T11:04:05.678Z');
  });
});
