import { createHash, createHmac } from 'node:crypto';

/** Whose tokens the service takes. */
export type TokenIssuer = 'admin' | 'user' | 'auditor';

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/**
 * A token as Heketi's clients make it: HS256 over iss, iat, exp and qsh, which binds it to one method and path.
 * @param path as it is requested, decoded, without the query
 */
export function signToken(request: {
  readonly issuer: TokenIssuer;
  readonly key: string;
  readonly method: string;
  readonly path: string;
  /** Who asks, recorded as the actor; absent: the issuer. */
  readonly actor?: string;
  readonly lifetimeSeconds?: number;
  readonly now?: Date;
}): string {
  const issuedAt = Math.floor((request.now ?? new Date()).getTime() / 1000);
  const claims = {
    iss: request.issuer,
    ...(request.actor === undefined ? {} : { sub: request.actor }),
    iat: issuedAt,
    exp: issuedAt + (request.lifetimeSeconds ?? 300),
    qsh: createHash('sha256').update(`${request.method}&${request.path}`).digest('hex'),
  };
  const unsigned = `${base64url(JSON.stringify({ alg: 'HS256', typ: 'JWT' }))}.${base64url(JSON.stringify(claims))}`;
  return `${unsigned}.${createHmac('sha256', request.key).update(unsigned).digest('base64url')}`;
}
