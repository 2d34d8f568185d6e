import { AuthError } from './auth-error.js';

/**
 * The token of an Authorization header.
 * @throws AuthError 401 without a header, 400 where it is not `Bearer {token}`
 */
export function bearerToken(header: string | undefined): string {
  const fields = (header ?? '').split(/\s+/).filter((field) => field !== '');
  const [scheme, token, ...more] = fields;
  if (scheme === undefined) throw new AuthError(401, 'Required authorization token not found');
  if (token === undefined || more.length > 0 || scheme.toLowerCase() !== 'bearer') {
    throw new AuthError(400, 'Authorization header format must be Bearer {token}');
  }
  return token;
}
