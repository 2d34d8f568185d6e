import { randomBytes } from 'node:crypto';

/** Base64 of a text at each of the places where it may begin in what is encoded, without what its neighbours change. */
function base64s(text: string): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from('\0'.repeat(offset) + text)
      .toString('base64')
      .replace(/=+$/, '');
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + Buffer.byteLength(text)) * 8) / 6);
    return encoded.slice(first, last);
  });
}

/** A text as it may stand in an output: as it is, or encoded as such things are. */
export function spellings(text: string): readonly string[] {
  const base64 = base64s(text);
  const hex = Buffer.from(text).toString('hex');
  const all = [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1), hex, hex.toUpperCase(), ...base64];
  return [...new Set([...all, ...base64.map((each) => each.replaceAll('+', '-').replaceAll('/', '_'))])];
}

/** What is a secret by its form, whoever made it. */
const FORMS: Readonly<Record<string, RegExp>> = {
  'a token': /eyJ[\w-]{10,}\.eyJ[\w-]{10,}(?:\.[\w-]{10,})?/,
  'a private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
};

/** Secrets that are planted, each at one place, and looked for wherever something comes out. */
export class Canaries {
  readonly #planted = new Map<string, string>();

  /** @param mark in every canary: one look for its spellings tells whether a text holds any of them */
  constructor(private readonly mark = 'cAnArY7') {}

  /** @returns 24 letters and digits that are nowhere else */
  plant(place: string): string {
    const canary = `${this.mark}${randomBytes(16)
      .toString('base64')
      .replace(/[^A-Za-z0-9]/g, 'x')
      .slice(0, 17)}`;
    return this.keep(place, canary);
  }

  /** A secret that is not of our making: a token, a line of a key. */
  keep(place: string, secret: string): string {
    this.#planted.set(secret, place);
    return secret;
  }

  /** Whether a text has one of those that were planted. */
  isIn(text: string): boolean {
    return [...this.#planted.keys()].some((secret) => text.includes(secret));
  }

  /** What was found where it must not be: the place where it was planted, and what stands around it. */
  sightings(where: string, text: string): readonly string[] {
    const forms = Object.entries(FORMS).flatMap(([what, form]) => seen(what, where, text, text.search(form)));
    const isMarked = spellings(this.mark).some((each) => text.includes(each));
    const found = [...this.#planted].flatMap(([secret, place]) =>
      (secret.startsWith(this.mark) ? (isMarked ? spellings(secret) : []) : [secret]).flatMap((spelling) =>
        seen(place, where, text, text.indexOf(spelling)),
      ),
    );
    // Cut off, or cut out of the middle: the beginning of one is a leak as well.
    const cut = isMarked && found.length === 0 ? spellings(this.mark).map((each) => text.indexOf(each)) : [];
    return [...forms, ...found, ...cut.flatMap((at) => seen('a part of a canary', where, text, at))];
  }
}

function seen(what: string, where: string, text: string, at: number): readonly string[] {
  return at < 0 ? [] : [`${what}, in ${where}: ${text.slice(Math.max(0, at - 120), at + 60)}`];
}
