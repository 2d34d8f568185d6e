import { WireError } from './wire-error.js';

/** As sent by the name `Idempotency-Key`; Node gives names in lower case. */
export const IDEMPOTENCY_KEY = 'idempotency-key';

const MAX_LENGTH = 255;
/** RFC 8941's string, as the draft wants it. */
const QUOTED = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/;
/** As most clients send it. */
const BARE = /^[!#-~][ -~]*$/;

/**
 * The client's key, quoted or bare; null where the header was not sent.
 * @param values every value of the header
 * @throws WireError 400
 */
export function idempotencyKeyOf(values: readonly string[] | undefined): string | null {
  if (values === undefined) return null;
  const [value = ''] = values;
  const key = QUOTED.exec(value)?.[1]?.replace(/\\(.)/g, '$1') ?? BARE.exec(value)?.[0] ?? '';
  if (values.length > 1 || key === '' || key.length > MAX_LENGTH) throw malformed();
  return key;
}

function malformed(): WireError {
  const rule = `must be 1 to ${MAX_LENGTH.toString()} printable ASCII characters, quoted or not, and be sent once`;
  return new WireError(400, `Idempotency-Key ${rule}: send a new UUID for each new request, or leave the header out`);
}
