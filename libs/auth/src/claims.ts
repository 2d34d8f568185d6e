import { createHash, timingSafeEqual } from 'node:crypto';
import { AuthError, invalidToken } from './auth-error.js';

/** What Heketi reads of a token's claims; numbers are seconds since 1970. */
export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly qsh: string;
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
}

/** Hex SHA-256 of `METHOD&path`: binds a token to one request. The path is the decoded one, as sent. */
export function queryStringHash(method: string, path: string): string {
  return createHash('sha256').update(`${method}&${path}`).digest('hex');
}

/** A duration as Go prints it: `10s`, `1h0m5s`. */
export function goDuration(seconds: number): string {
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  const s = seconds % 60;
  if (h > 0) return `${h.toString()}h${m.toString()}m${s.toString()}s`;
  return m > 0 ? `${m.toString()}m${s.toString()}s` : `${s.toString()}s`;
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/**
 * The checks that follow the signature. Of several failures of time the last one in this order is reported, as Heketi does.
 * @param nowSeconds whole seconds; a token is valid through the whole second of its `exp`
 * @throws AuthError
 */
export function checkClaims(
  claims: Claims,
  request: { readonly method: string; readonly path: string },
  options: { readonly nowSeconds: number; readonly iatLeewaySeconds: number },
): void {
  const { nowSeconds, iatLeewaySeconds } = options;
  let failure: AuthError | null = null;
  if (nowSeconds > claims.exp) failure = invalidToken(`Token is expired by ${goDuration(nowSeconds - claims.exp)}`);
  if (nowSeconds < claims.iat - iatLeewaySeconds) {
    failure = invalidToken('Token used before issued (client and server clocks may differ)');
  }
  if (nowSeconds < claims.nbf) failure = invalidToken('token is not valid yet');
  if (failure !== null) throw failure;
  if (!sameText(claims.qsh, queryStringHash(request.method, request.path))) {
    throw new AuthError(401, 'Invalid qsh claim in token');
  }
}
