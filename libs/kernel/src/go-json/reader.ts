import { type GoJson, GoJsonError, GoNumber, GoObject } from './value.js';

/** Deeper values are refused, so that the recursion below cannot exhaust the stack. Heketi's bodies are four deep. */
const MAX_DEPTH = 500;

const SPACE = /[ \t\r\n]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** A character as Go quotes it in its messages. */
function quoted(char: string): string {
  if (char === "'") return `'\\''`;
  if (char === '"') return `'"'`;
  return `'${JSON.stringify(char).slice(1, -1)}'`;
}

class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  document(): GoJson {
    const value = this.value();
    this.space();
    if (this.at < this.text.length) throw this.unexpected('after top-level value');
    return value;
  }

  private unexpected(context: string): GoJsonError {
    const code = this.text.codePointAt(this.at);
    if (code === undefined) return new GoJsonError('unexpected end of JSON input');
    return new GoJsonError(`invalid character ${quoted(String.fromCodePoint(code))} ${context}`);
  }

  private peek(): string {
    return this.text.charAt(this.at);
  }

  private space(): void {
    SPACE.lastIndex = this.at;
    SPACE.test(this.text);
    this.at = SPACE.lastIndex;
  }

  private value(): GoJson {
    this.space();
    const char = this.peek();
    if (char === '{') return this.nested(() => this.object());
    if (char === '[') return this.nested(() => this.array());
    if (char === '"') return this.string();
    if (char === 't') return this.literal('true', true);
    if (char === 'f') return this.literal('false', false);
    if (char === 'n') return this.literal('null', null);
    if (char === '-' || (char >= '0' && char <= '9')) return this.number();
    throw this.unexpected('looking for beginning of value');
  }

  private nested<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new GoJsonError('exceeded max depth');
    this.at += 1;
    const value = read();
    this.depth -= 1;
    return value;
  }

  private literal<T extends boolean | null>(word: string, value: T): T {
    for (const expected of word) {
      if (this.peek() !== expected) throw this.unexpected(`in literal ${word} (expecting ${quoted(expected)})`);
      this.at += 1;
    }
    return value;
  }

  /** One or more digits; the first must be there. */
  private digits(context: string): void {
    const start = this.at;
    while (this.peek() >= '0' && this.peek() <= '9') this.at += 1;
    if (this.at === start) throw this.unexpected(context);
  }

  private number(): GoNumber {
    const start = this.at;
    if (this.peek() === '-') this.at += 1;
    if (this.peek() === '0') this.at += 1;
    else this.digits('in numeric literal');
    if (this.peek() === '.') {
      this.at += 1;
      this.digits('after decimal point in numeric literal');
    }
    if (this.peek() === 'e' || this.peek() === 'E') {
      this.at += 1;
      if (this.peek() === '+' || this.peek() === '-') this.at += 1;
      this.digits('in exponent of numeric literal');
    }
    return new GoNumber(this.text.slice(start, this.at));
  }

  private string(): string {
    this.at += 1;
    let text = '';
    for (;;) {
      text += this.plain();
      const char = this.peek();
      if (char === '"') break;
      if (char !== '\\') throw this.unexpected('in string literal');
      this.at += 1;
      text += this.escape();
    }
    this.at += 1;
    // Halves of surrogate pairs, written as they are or escaped, become U+FFFD as in Go; Postgres would refuse them.
    return text.replace(/\p{Surrogate}/gu, '\ufffd');
  }

  /** Everything up to a quote, a backslash, a control character or the end. */
  private plain(): string {
    const start = this.at;
    while (this.at < this.text.length) {
      const char = this.peek();
      if (char === '"' || char === '\\' || char < ' ') break;
      this.at += 1;
    }
    return this.text.slice(start, this.at);
  }

  private escape(): string {
    const char = this.peek();
    if (char === 'u') {
      this.at += 1;
      const start = this.at;
      while (this.at < start + 4) {
        if (!/[0-9a-fA-F]/.test(this.peek())) throw this.unexpected('in \\u hexadecimal character escape');
        this.at += 1;
      }
      return String.fromCharCode(Number.parseInt(this.text.slice(start, this.at), 16));
    }
    const meaning = ESCAPES[char];
    if (meaning === undefined) throw this.unexpected('in string escape code');
    this.at += 1;
    return meaning;
  }

  private array(): readonly GoJson[] {
    const items: GoJson[] = [];
    this.space();
    if (this.peek() === ']') {
      this.at += 1;
      return items;
    }
    for (;;) {
      items.push(this.value());
      this.space();
      const char = this.peek();
      if (char !== ',' && char !== ']') throw this.unexpected('after array element');
      this.at += 1;
      if (char === ']') return items;
    }
  }

  private object(): GoObject {
    const members: (readonly [string, GoJson])[] = [];
    this.space();
    if (this.peek() === '}') {
      this.at += 1;
      return new GoObject(members);
    }
    for (;;) {
      this.space();
      if (this.peek() !== '"') throw this.unexpected('looking for beginning of object key string');
      const key = this.string();
      this.space();
      if (this.peek() !== ':') throw this.unexpected('after object key');
      this.at += 1;
      members.push([key, this.value()]);
      this.space();
      const char = this.peek();
      if (char !== ',' && char !== '}') throw this.unexpected('after object key:value pair');
      this.at += 1;
      if (char === '}') return new GoObject(members);
    }
  }
}

/**
 * Reads JSON as Go's encoding/json does: numbers keep their text, keys their order and duplicates.
 * @throws GoJsonError
 */
export function readGoJson(text: string): GoJson {
  return new Reader(text).document();
}
