import type { AnswerRecord, ClientKey } from '#operations';
import type { Answer } from '../wire/answers.js';
import { WireError } from '../wire/wire-error.js';
import type { Wish } from './wish.js';

/** The key of a wish in its client's scope; null where none was sent. */
export function clientKeyOf({ key, by: { issuer, actor } }: Wish): ClientKey | null {
  return key === null ? null : { issuer, actor, key };
}

/** What is kept of a wish that was answered. */
export function recordOf({ method, path, digest }: Wish, answer: Answer): AnswerRecord {
  return { request: `${method} ${path}`, digest, answer };
}

/**
 * The answer that the wish had before, marked as such; null where it has had none.
 * @param record what its key is known for
 * @throws WireError 422 where the key is known for something else
 */
export function replayOf({ digest }: Wish, record: AnswerRecord | null): Answer | null {
  if (record === null) return null;
  if (record.digest !== digest) {
    const text = `Idempotency-Key was used before, for another request (${record.request})`;
    throw new WireError(422, `${text}: send this one with a new key, or repeat that one unchanged`);
  }
  const { status, headers, body } = record.answer;
  return { status, headers: { ...headers, 'idempotency-replayed': 'true' }, body };
}
