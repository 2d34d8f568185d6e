import { InvalidArgumentError, Option } from 'commander';

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const HELP =
  'It has to be a time such as 2026-11-22T13:04:05Z, "2026-11-22 13:04" or 2026-11-22 for the local one, or "2h ago" or -2h.';

/**
 * A time as people write it, as ISO 8601 in UTC: ISO 8601, what our own tables show, a local time or day, or how long ago.
 * @throws InvalidArgumentError
 */
export function time(text: string, now: Date = new Date()): string {
  const at = ago(text, now) ?? onCalendar(text);
  if (at !== null && !Number.isNaN(at.getTime())) return at.toISOString();
  throw new InvalidArgumentError(HELP);
}

/** The same, or a position of the log as the server tells them. @throws InvalidArgumentError */
export function moment(text: string, now: Date = new Date()): string {
  return /^\d+:\d+$/.test(text) ? text : time(text, now);
}

/** A moment of the past: how people write times, or a position as the server tells them. */
export const momentOption = (flag: string, what: string): Option =>
  new Option(`${flag} <time>`, `${what}: a time, how long ago ("2h ago", -2h), or a position of the log`).argParser(
    (text) => moment(text),
  );

/** `2h ago`, `90 min ago`, `-2h`. */
function ago(text: string, now: Date): Date | null {
  const words = /^(?:-(?<short>.+)|(?<long>.+) ago)$/.exec(text.trim());
  const [, number, unit = ''] =
    /^(\d{1,6}) ?([a-z]+)$/.exec(words?.groups?.['short'] ?? words?.groups?.['long'] ?? '') ?? [];
  if (number === undefined || !/^(s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?)$/.test(unit))
    return null;
  return new Date(now.getTime() - Number(number) * (UNITS_MS[unit.charAt(0)] ?? Number.NaN));
}

/** Without a zone it is the local time; JavaScript takes a day alone for one in UTC. */
function onCalendar(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return null;
  return new Date(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T'));
}
