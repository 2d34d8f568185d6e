import { type KeyObject, createSecretKey } from 'node:crypto';
import { type Clock } from '#kernel';
import { type SecretOrKeyProvider, Strategy } from 'passport-jwt';
import { AuthError, invalidToken } from './auth-error.js';
import { bearerToken } from './bearer.js';
import { checkClaims } from './claims.js';
import { type Issuer, type Principal, issuers } from './principal.js';
import { readToken } from './read-token.js';
import { decodedPath } from './request-target.js';

export interface JwtOptions {
  /** By issuer. An issuer without a key, or with an empty one, is as unknown as any other name. */
  readonly keys: Readonly<Partial<Record<Issuer, string>>>;
  /** How far a client's clock may be ahead. */
  readonly iatLeewaySeconds: number;
  readonly clock: Clock;
}

/** What is read of a request. */
export interface AuthenticatedRequest {
  readonly method: string;
  /** As it came, whatever the router made of it. */
  readonly originalUrl: string;
  readonly headers: { readonly authorization?: string | undefined };
}

/** The longest actor that is recorded, in characters: cut between code units, half a pair would be no text to Postgres. */
const MAX_ACTOR_LENGTH = 128;

function printable(text: string): string {
  return Array.from(text.replace(/\p{Cc}/gu, '\ufffd'))
    .slice(0, MAX_ACTOR_LENGTH)
    .join('');
}

function secretsOf(keys: JwtOptions['keys']): ReadonlyMap<Issuer, KeyObject> {
  const given = issuers.map((issuer) => [issuer, keys[issuer] ?? ''] as const).filter(([, key]) => key !== '');
  return new Map(given.map(([issuer, key]) => [issuer, createSecretKey(key, 'utf8')]));
}

/**
 * Heketi's tokens for passport: the key follows from the issuer, and the checks run in Heketi's order, so that clients read
 * the texts that they know. passport-jwt verifies the signature; everything else is decided here.
 * Refusals leave through passport's `info` as AuthError.
 */
export function heketiJwtStrategy(options: JwtOptions): Strategy {
  const keys = secretsOf(options.keys);
  const known = new Set(keys.keys());
  const keyOf = (
    _request: AuthenticatedRequest,
    token: unknown,
    done: (error: unknown, key?: unknown) => void,
  ): void => {
    try {
      done(null, keys.get(readToken(String(token), known).issuer));
    } catch (error) {
      done(error);
    }
  };
  return new Strategy(
    {
      // Ours also tells a missing header from a malformed one, which the guard has asked for before.
      jwtFromRequest: (request: AuthenticatedRequest) => bearerToken(request.headers.authorization),
      // The type of passport-jwt knows strings only; jsonwebtoken takes key objects, which saves parsing the key every time.
      secretOrKeyProvider: keyOf as SecretOrKeyProvider<AuthenticatedRequest>,
      algorithms: ['HS256'],
      passReqToCallback: true,
      ignoreExpiration: true,
    },
    (
      request: AuthenticatedRequest,
      _payload: unknown,
      done: (error: unknown, user?: unknown, info?: unknown) => void,
    ) => {
      try {
        const { issuer, claims } = readToken(bearerToken(request.headers.authorization), known);
        const path = decodedPath(request.originalUrl);
        if (path === null) throw new AuthError(401, 'Invalid qsh claim in token');
        checkClaims(
          claims,
          { method: request.method, path },
          {
            nowSeconds: Math.floor(options.clock.now().getTime() / 1000),
            iatLeewaySeconds: options.iatLeewaySeconds,
          },
        );
        const actor = claims.sub === '' ? issuer : printable(claims.sub);
        const principal: Principal = { issuer, actor, expiresAt: claims.exp };
        done(null, principal);
      } catch (error) {
        done(null, false, error);
      }
    },
  );
}

/** Why passport refused a request, from its `info`: ours as it is, those of the signature check in Heketi's words. */
export function refusalOf(info: unknown): AuthError {
  if (info instanceof AuthError) return info;
  if (info instanceof Error && info.name === 'NotBeforeError') return invalidToken('token is not valid yet');
  return invalidToken('signature is invalid (client and server secrets may not match)');
}
