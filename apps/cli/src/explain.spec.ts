import { describe, expect, it } from 'vitest';
import { explain } from './explain.js';

const coded = (code: string, more: object): Error => Object.assign(new Error('raw'), { code }, more);

describe('what a person reads when a command ends badly', () => {
  it('names the taken port and the way out', () => {
    expect(explain(coded('EADDRINUSE', { port: 8080 }))).toBe(
      'port 8080 is taken by another program; stop that one, or choose another port with PORT=<number>',
    );
  });
  it('finds the reason that fetch hides', () => {
    const refused = coded('ECONNREFUSED', { port: 1, address: '127.0.0.1' });
    expect(explain(new TypeError('fetch failed', { cause: new AggregateError([refused]) }))).toContain('127.0.0.1:1');
  });
  it.each([
    ['ENOTFOUND', { hostname: 'db.example' }, 'the host name db.example cannot be resolved'],
    ['EADDRNOTAVAIL', { address: '9.9.9.9' }, '9.9.9.9 is not an address of this machine'],
    ['28P01', {}, 'Postgres refuses: raw; check DATABASE_URL'],
  ])('says what to check after %s', (code, more, sentence) => {
    expect(explain(coded(code, more))).toContain(sentence);
  });
  it('keeps the words of an error that has a cause, and puts the cause behind them where they are not in it', () => {
    const cause = new Error('others may read it');
    const said = 'the key file x is of no use: others may read it';
    expect(explain(new Error(said, { cause }))).toBe(said);
    expect(explain(new Error('there is no key', { cause }))).toBe('there is no key: others may read it');
    const refused = coded('ECONNREFUSED', { port: 1, address: '::1' });
    expect(explain(new Error('no index', { cause: refused }))).toBe(
      'no index: nothing answers at ::1:1; is the server running?',
    );
  });
  it('gives the message of anything else', () => {
    expect(explain(new Error('a clear sentence'))).toBe('a clear sentence');
  });
});
