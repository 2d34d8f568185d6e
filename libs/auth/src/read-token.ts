import { type GoJson, GoJsonError, GoNumber, GoObject, readGoJson } from '#kernel';
import { invalidToken } from './auth-error.js';
import { type Claims } from './claims.js';
import { type Issuer, issuers } from './principal.js';

/** Algorithms that Go's library knows; any other name is "unavailable". */
const KNOWN_ALGORITHMS = new Set(
  ['HS', 'RS', 'ES', 'PS'].flatMap((family) => ['256', '384', '512'].map((size) => family + size)).concat('none'),
);
/** A token's parts are small; more is an attack on the parser. */
const MAX_TOKEN_LENGTH = 8192;

export interface UnverifiedToken {
  readonly issuer: Issuer;
  readonly claims: Claims;
}

function decodeSegment(segment: string): string {
  const wrong = segment.search(/[^A-Za-z0-9_-]/);
  if (wrong !== -1) throw invalidToken(`illegal base64 data at input byte ${wrong.toString()}`);
  if (segment.length % 4 === 1) {
    throw invalidToken(`illegal base64 data at input byte ${(segment.length - 1).toString()}`);
  }
  return Buffer.from(segment, 'base64url').toString('utf8');
}

function kindOf(value: GoJson): string {
  if (value instanceof GoNumber) return `number ${value.raw}`;
  if (value instanceof GoObject) return 'object';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

function parseSegment(segment: string): GoObject {
  const text = decodeSegment(segment);
  try {
    const value = readGoJson(text);
    if (value instanceof GoObject) return value;
    if (value === null) return new GoObject([]);
    throw invalidToken(`json: cannot unmarshal ${kindOf(value)} into Go value`);
  } catch (error) {
    if (error instanceof GoJsonError) throw invalidToken(error.message);
    throw error;
  }
}

/** The last member of a name, compared as Go does, without case; null counts as absent. */
function member(object: GoObject, name: string): GoJson {
  return object.members.filter(([key, value]) => key.toLowerCase() === name && value !== null).at(-1)?.[1] ?? null;
}

function wrongType(value: GoJson, name: string, type: string): Error {
  const kind = value instanceof GoNumber && type === 'string' ? 'number' : kindOf(value);
  return invalidToken(`json: cannot unmarshal ${kind} into Go struct field HeketiJwtClaims.${name} of type ${type}`);
}

function stringClaim(claims: GoObject, name: string): string {
  const value = member(claims, name) ?? '';
  if (typeof value !== 'string') throw wrongType(value, name, 'string');
  return value;
}

function integerClaim(claims: GoObject, name: string): number {
  const value = member(claims, name);
  if (value === null) return 0;
  const seconds = value instanceof GoNumber && /^-?\d{1,19}$/.test(value.raw) ? BigInt(value.raw) : null;
  if (seconds === null || BigInt.asIntN(64, seconds) !== seconds) throw wrongType(value, name, 'int64');
  return Number(seconds);
}

/**
 * Everything that can be said of a token before its signature is checked, in Heketi's order.
 * @param known the issuers that have a key: any other is nobody
 * @throws AuthError
 */
export function readToken(token: string, known: ReadonlySet<Issuer>): UnverifiedToken {
  const [header, payload, signature, ...more] = token.length > MAX_TOKEN_LENGTH ? [] : token.split('.');
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
    throw invalidToken('token contains an invalid number of segments');
  }
  const head = parseSegment(header);
  const body = parseSegment(payload);
  stringClaim(body, 'aud');
  const claims: Claims = {
    iss: stringClaim(body, 'iss'),
    sub: stringClaim(body, 'sub'),
    qsh: stringClaim(body, 'qsh'),
    exp: integerClaim(body, 'exp'),
    iat: integerClaim(body, 'iat'),
    nbf: integerClaim(body, 'nbf'),
  };
  const algorithm = head.members.filter(([key]) => key === 'alg').at(-1)?.[1];
  if (typeof algorithm !== 'string') throw invalidToken('signing method (alg) is unspecified.');
  if (!KNOWN_ALGORITHMS.has(algorithm)) throw invalidToken('signing method (alg) is unavailable.');
  // The API document knows HS256 only; Heketi itself also takes HS384 and HS512.
  if (algorithm !== 'HS256') throw invalidToken(`Unexpected signing method: ${algorithm}`);
  if (claims.iss === '') throw invalidToken('Token missing iss claim');
  const issuer = issuers.find((name) => name === claims.iss);
  if (issuer === undefined || !known.has(issuer)) throw invalidToken('Unknown user');
  return { issuer, claims };
}
