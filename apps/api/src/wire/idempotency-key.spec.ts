import { describe, expect, it } from 'vitest';
import { idempotencyKeyOf } from './idempotency-key.js';

describe('Idempotency-Key', () => {
  it('is optional', () => {
    expect(idempotencyKeyOf(undefined)).toBeNull();
  });

  it.each([
    ['8e03978e-40d5-43e8-bc93-6894a57f9324', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
    ['"8e03978e-40d5-43e8-bc93-6894a57f9324"', '8e03978e-40d5-43e8-bc93-6894a57f9324'],
    ['a b, c;d="e"', 'a b, c;d="e"'],
    ['"a \\"b\\" \\\\ c"', 'a "b" \\ c'],
    ['x'.repeat(255), 'x'.repeat(255)],
    [`"${'x'.repeat(255)}"`, 'x'.repeat(255)],
  ])('%s is %s', (sent, key) => {
    expect(idempotencyKeyOf([sent])).toBe(key);
  });

  it.each([
    [['']],
    [['""']],
    [['"']],
    [['"a']],
    [['"a"b"']],
    [['"a";p=1']],
    [['"a\\b"']],
    [['a\tb']],
    [['a\u0000']],
    [['a\u007f']],
    [['\u00e9']],
    [[' a']],
    [['x'.repeat(256)]],
    [['a', 'a']],
    [[]],
  ])('%j is malformed', (values) => {
    expect(() => idempotencyKeyOf(values)).toThrow(
      expect.objectContaining({
        status: 400,
        message: expect.stringMatching(/^Idempotency-Key must be .*: send a new UUID/) as unknown,
      }),
    );
  });
});
