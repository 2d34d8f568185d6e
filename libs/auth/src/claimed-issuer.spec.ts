import { describe, expect, it } from 'vitest';
import { claimedIssuer } from './claimed-issuer.js';

const tokenOf = (claims: unknown): string => `bearer x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;

describe('the issuer that a token claims', () => {
  it('is what it says, whoever signed it', () => {
    expect(claimedIssuer(tokenOf({ iss: 'admin' }))).toBe('admin');
    expect(claimedIssuer(tokenOf({ iss: 'root' }))).toBe('root');
  });

  it.each([
    undefined,
    '',
    'Basic abc',
    'bearer x',
    'bearer x.!!!.y',
    tokenOf(null),
    tokenOf({}),
    tokenOf({ iss: 7 }),
    `bearer ${'x'.repeat(9_000)}`,
  ])('is nobody for %j', (authorization) => {
    expect(claimedIssuer(authorization)).toBeNull();
  });
});
