import { secretOptions } from '#kernel';
import { z } from 'zod';

/** One thing that can be configured: where it comes from, what it may be, what it is otherwise. */
export interface Setting<Value> {
  /** Environment variables, the first that is set wins; they win over the file. */
  readonly env: readonly string[];
  /** Path in a heketi.json, else null. */
  readonly file: string | null;
  readonly schema: z.ZodType<Value>;
  readonly fallback: Value;
  /** Shown masked by `brickyard config`, never logged. */
  readonly secret: boolean;
  readonly help: string;
}

interface Source {
  readonly env?: readonly string[];
  readonly file?: string;
  readonly secret?: boolean;
  readonly help: string;
}

function setting<Value>(schema: z.ZodType<Value>, fallback: Value, source: Source): Setting<Value> {
  return {
    env: source.env ?? [],
    file: source.file ?? null,
    schema,
    fallback,
    secret: source.secret ?? false,
    help: source.help,
  };
}

/** A text; blanks around it are dropped. */
export function text(fallback: string, source: Source): Setting<string> {
  return setting(z.string({ error: 'must be a text' }).trim(), fallback, source);
}

/** Volume options, comma separated, that go to every volume: none may hand a secret over, as none of a request may. */
export function volumeOptions(source: Source): Setting<string> {
  const message = 'must hold no secret: volume options are stored and shown in clear';
  const fits = (value: string): boolean => secretOptions(value.split(',')).length === 0;
  return setting(z.string({ error: 'must be a text' }).trim().refine(fits, message), '', source);
}

/** A URL with one of some schemes, or empty. Its password, if any, is never shown: the message does not repeat the value. */
export function url(schemes: readonly string[], source: Source): Setting<string> {
  const message = `must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  const fits = (value: string): boolean =>
    value === '' || (URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1)));
  return setting(z.string({ error: message }).trim().refine(fits, message), '', { ...source, secret: true });
}

/** A whole number in a range. Digits in quotes are taken too: environment variables have no numbers, and Heketi quotes ports. */
export function integer(fallback: number, range: { min: number; max: number }, source: Source): Setting<number> {
  const message = `must be a whole number from ${range.min} to ${range.max}`;
  const schema = z
    .union(
      [
        z.number(),
        z
          .string()
          .trim()
          .regex(/^-?\d+$/, message)
          .transform(Number),
      ],
      { error: message },
    )
    .refine((value) => Number.isSafeInteger(value) && value >= range.min && value <= range.max, message);
  return setting(schema, fallback, source);
}

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  '1': true,
  false: false,
  no: false,
  '0': false,
};

/** Yes or no. */
export function flag(fallback: boolean, source: Source): Setting<boolean> {
  const message = 'must be true or false';
  const schema = z.union(
    [
      z.boolean(),
      z
        .string()
        .trim()
        .toLowerCase()
        .refine((value) => value in truths, message)
        .transform((value) => truths[value] === true),
    ],
    { error: message },
  );
  return setting(schema, fallback, source);
}

/** One of a few words. Other spellings map onto them by `aliases`. */
export function choice<const Word extends string>(
  words: readonly Word[],
  fallback: Word,
  source: Source,
  aliases: Readonly<Record<string, Word>> = {},
): Setting<Word> {
  const message = `must be one of ${words.join(', ')}`;
  const isWord = (value: string): value is Word => words.some((word) => word === value);
  const schema = z
    .string({ error: message })
    .trim()
    .transform((value) => aliases[value] ?? value)
    .refine(isWord, message);
  return setting(schema, fallback, source);
}
