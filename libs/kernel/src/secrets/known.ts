/** Shorter ones are more often words than secrets: masking them would make texts unreadable and protect nothing. */
export const SHORTEST_KNOWN = 12;

const known = new Set<string>();
let pattern: RegExp | null = null;

/** As a secret stands in a URL, in JSON, in a header or in a dump. */
function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
}

/**
 * From now on these are masked in every text that leaves the process. For the whole process on purpose: a text is masked by
 * code that has never heard of the configuration. A value of several lines, such as a private key, is known line by line.
 */
export function keepSecrets(secrets: Iterable<string>): void {
  for (const secret of secrets) {
    for (const part of [secret.trim(), ...secret.split(/\r?\n|\\n/).map((line) => line.trim())]) {
      // The first and last line of a PEM file are the same for everybody.
      if (part.length >= SHORTEST_KNOWN && !/^-{5}[^-]*-{5}$/.test(part)) known.add(part);
    }
  }
  // Longest first: of two that begin alike the longer one goes as a whole.
  const all = [...new Set([...known].flatMap(spellings))].sort((a, b) => b.length - a.length);
  pattern =
    all.length === 0
      ? null
      : new RegExp(all.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'gi');
}

/** The secrets of this process, replaced. */
export function withoutKnown(text: string, mask: string): string {
  return pattern === null ? text : text.replace(pattern, mask);
}
