import { DomainError } from '#kernel';

/** What is wrong with the fields of a request: a text, or the violations of a nested object. */
export interface Violations {
  readonly [field: string]: string | Violations;
}

/** A rule says what is wrong with a value, or null. */
export type Rule<T> = (value: T) => string | null;

function isBlank(value: unknown): boolean {
  if (value instanceof Map) return value.size === 0;
  return value === 0 || value === '' || (Array.isArray(value) && value.length === 0);
}

/** Must be there: not zero, not empty. */
export const required: Rule<unknown> = (value) => (isBlank(value) ? 'cannot be blank' : null);

/** Zero passes every rule but `required`, as in ozzo-validation. */
function unlessBlank<T>(isValid: (value: T) => boolean, text: string): Rule<T> {
  return (value) => (isBlank(value) || isValid(value) ? null : text);
}

export const atLeast = (minimum: number): Rule<number> =>
  unlessBlank((value) => value >= minimum, `must be no less than ${minimum.toString()}`);

export const oneOf = (allowed: readonly string[]): Rule<string> =>
  unlessBlank((value) => allowed.includes(value), 'must be a valid value');

export const matches = (pattern: RegExp): Rule<string> =>
  unlessBlank((value) => pattern.test(value), 'must be in a valid format');

/** The first complaint of several rules. */
export function check<T>(value: T, ...rules: readonly Rule<T>[]): string | null {
  for (const rule of rules) {
    const complaint = rule(value);
    if (complaint !== null) return complaint;
  }
  return null;
}

/** Only the fields that somebody complained about; null where there are none. */
export function violations(fields: Readonly<Record<string, string | Violations | null>>): Violations | null {
  const wrong = Object.entries(fields).filter((entry): entry is [string, string | Violations] => entry[1] !== null);
  return wrong.length === 0 ? null : Object.fromEntries(wrong);
}

/** The text of ozzo-validation: sorted by key, nested ones in parentheses, a full stop at the end of each level. */
export function violationText(wrong: Violations): string {
  const parts = Object.keys(wrong)
    .sort()
    .map((key) => {
      const below = wrong[key] ?? '';
      return typeof below === 'string' ? `${key}: ${below}` : `${key}: (${violationText(below)})`;
    });
  return `${parts.join('; ')}.`;
}

/** @throws DomainError `invalid`, with Heketi's text */
export function refuse(wrong: Violations | null): void {
  if (wrong !== null) throw new DomainError('invalid', `validation failed: ${violationText(wrong)}`);
}
