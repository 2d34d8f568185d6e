import { isSecretName } from './names.js';
import { withoutKnown } from './known.js';

/** What stands in the place of a secret. */
export const MASK = '********';

/** None of the rules below can match without one of these: most texts are done with here. */
const HINT = /key|pass|pwd|secret|token|credential|authorization|bearer|basic|eyj|:\/\//i;

const NAMED = 'passw(?:or)?d|passphrase|passcode|pwd|(?:api|access|private|secret|master|encryption|auth)[-_]?key';
const KEYWORD = `(?:${NAMED}|secret|credential|token)[\\w.-]{0,40}`;
/** As it is, or escaped in a text that is quoted itself. */
const QUOTE = `\\\\{0,3}["']`;
/** A value as programs print it: in quotes, in quotes that were cut off, or bare. */
const QUOTED = `(?<quote>${QUOTE})[\\s\\S]{0,4096}?\\k<quote>`;
const VALUE = `(?:(?:${QUOTED}|[^\\s"',;&\\\\])+(?:${QUOTE}[^\\n]*)?|${QUOTE}[^\\n]*)`;
/** A word of a shell, with whatever quoting is in it. */
const SHELL_WORD = `(?:\\\\.|'[^']*'?|"[^"]*"?|[^\\s'"\\\\])+`;
const SCHEME = '(?:(?:bearer|basic|digest|negotiate)\\s+)?';
const PRIVATE_KEY = '[A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?';
const by = (separator: string): string => `\\s{0,4}${separator}\\s{0,4}`;

/** What looks like a secret by its form, or by the name in front of it: the first group stays. Bounded, so that no text takes long. */
const rules: readonly RegExp[] = [
  // Also one that was cut off at its end or at its beginning.
  new RegExp(`()-----BEGIN (${PRIVATE_KEY})-----[\\s\\S]*?(?:-----END \\2-----|$)`, 'g'),
  new RegExp(`()^[\\s\\S]*-----END ${PRIVATE_KEY}-----`, 'g'),
  // A token, whole or without its signature.
  /()\beyJ[\w-]{5,512}\.[\w-]{5,4096}(?:\.[\w-]*)?/g,
  /\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/@:'"]{0,200}:)[^\s/'"]{1,500}(?=@)/gi,
  new RegExp(`\\b(authorization(?:${QUOTE})?${by('[:=]')}(?:${QUOTE})?)${SCHEME}[^\\s"',;\\\\]+`, 'gi'),
  /\b(bearer\s+)(?=\S{0,4096}[\d.])[\w.~+/=-]{16,}/gi,
  /\b(basic\s+)(?=[A-Za-z0-9+/]{0,4096}[0-9=])[A-Za-z0-9+/]{8,}={0,2}/gi,
  new RegExp(`(${KEYWORD}(?:${QUOTE})?${by('=')})${VALUE}`, 'gi'),
  new RegExp(`((?:${NAMED})[\\w-]{0,40}(?:${QUOTE})?${by(':')})${VALUE}`, 'gi'),
  new RegExp(`(${KEYWORD}${QUOTE}${by(':')})${VALUE}`, 'gi'),
  new RegExp(`(--[\\w-]{0,40}${KEYWORD}(?:\\s+|=))${SHELL_WORD}`, 'gi'),
  // `user.db-password hunter2`, on a command line or in what Gluster says of it. What is a path names a file.
  new RegExp(`((?<=(?:^|[\\s'",])[a-z][\\w.-]{0,80}\\.[\\w-]{0,60})${KEYWORD}\\s+)(?!'?/)${SHELL_WORD}`, 'gi'),
];

/** A volume option as a whole: everything after the name is its value. */
const OPTION = /^([\w-]+(?:\.[\w-]+)+) (?!\/)[\s\S]+$/;

/**
 * A text without the secrets of this process (keepSecrets) and without what is a secret by its form (private keys, tokens,
 * passwords in URLs) or by the name in front of it (`password=`, `--token`, `user.db-password`). Masking twice is masking once.
 */
export function maskText(original: string): string {
  const unknown = withoutKnown(original, MASK);
  if (!HINT.test(unknown)) return unknown;
  const name = OPTION.exec(unknown)?.[1];
  if (name !== undefined && isSecretName(name)) return `${name} ${MASK}`;
  return rules.reduce((text, rule) => text.replace(rule, `$1${MASK}`), unknown);
}

/** The same for every text in a piece of JSON; names stay. Whatever has nothing to mask is given back as it is. */
export function maskTexts<T>(value: T): T {
  return masked(value) as T;
}

function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(masked);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const members = Object.entries(value).map(([name, member]) => [name, masked(member), member] as const);
  if (members.every(([, after, before]) => after === before)) return value;
  return Object.fromEntries(members);
}
