import { bearerToken } from './bearer.js';

/** A token's parts are small; more is an attack on the parser. */
const MAX_TOKEN_LENGTH = 8192;

/** The issuer that a token names, whoever made it: for records of requests that were turned away. null: none that can be read. */
export function claimedIssuer(authorization: string | undefined): string | null {
  try {
    const token = bearerToken(authorization);
    if (token.length > MAX_TOKEN_LENGTH) return null;
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const named = typeof claims === 'object' && claims !== null && 'iss' in claims ? claims.iss : null;
    return typeof named === 'string' ? named : null;
  } catch {
    // Not a token at all: nobody is claimed.
    return null;
  }
}
