/** A refusal at the door: status and wire text are Heketi's. */
export class AuthError extends Error {
  constructor(
    readonly status: 400 | 401,
    message: string,
  ) {
    super(message);
    this.name = 'AuthError';
  }
}

/** A refusal because of what the token is or says. */
export function invalidToken(reason: string): AuthError {
  return new AuthError(401, `Invalid JWT token: ${reason}`);
}
