import { systemAttribution } from '#kernel';
import { describe, expect, it } from 'vitest';
import { acceptedAnswer } from '../wire/answers.js';
import { clientKeyOf, recordOf, replayOf } from './replay.js';
import type { Wish } from './wish.js';

const wish: Wish = {
  by: { ...systemAttribution('p', 'r'), issuer: 'user', actor: 'jane' },
  method: 'DELETE',
  path: '/volumes/ab',
  digest: 'd1',
  key: 'k',
};

describe('a wish under a key', () => {
  it('is known in the scope of its issuer and actor only', () => {
    expect(clientKeyOf(wish)).toEqual({ issuer: 'user', actor: 'jane', key: 'k' });
    expect(clientKeyOf({ ...wish, key: null })).toBeNull();
  });

  it('has no answer yet where nothing was recorded', () => {
    expect(replayOf(wish, null)).toBeNull();
  });

  it('has the recorded answer with a mark, whatever came of it since', () => {
    const answer = acceptedAnswer('DELETE', 'op');
    expect(replayOf(wish, recordOf(wish, answer))).toEqual({
      status: 202,
      headers: { location: '/queue/op', 'idempotency-replayed': 'true' },
      body: null,
    });
  });

  it('is refused where the key was used for something else, by the name of that and with a remedy', () => {
    const record = recordOf(wish, acceptedAnswer('DELETE', 'op'));
    expect(() => replayOf({ ...wish, digest: 'd2' }, record)).toThrow(
      expect.objectContaining({
        status: 422,
        message:
          'Idempotency-Key was used before, for another request (DELETE /volumes/ab): send this one with a new key, or repeat that one unchanged',
      }),
    );
  });
});
