import { InvalidArgumentError } from 'commander';

/** @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It has to be a whole number above 0.');
}

/** A time as people write it (`2026-11-22 13:04`, local), or ISO 8601; as ISO 8601 in UTC. @throws InvalidArgumentError */
export function time(text: string): string {
  const parsed = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text.replace(' ', 'T')) : new Date(Number.NaN);
  if (!Number.isNaN(parsed.getTime())) return parsed.toISOString();
  throw new InvalidArgumentError(
    'It has to be a time such as 2026-11-22T13:04:05Z, or "2026-11-22 13:04" for the local one.',
  );
}
