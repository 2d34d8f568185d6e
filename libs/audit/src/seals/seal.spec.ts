import { describe, expect, it } from 'vitest';
import { eventDigest, type SealableEvent } from './event-digest.js';
import { contentsOf, NO_HASH, sealHash } from './seal.js';

/** What is sealed is sealed for ever: these must never come out another way. */
describe('what a seal is made of', () => {
  const event: SealableEvent = {
    eventId: '6a1f3f5e-3b0e-8d6c-9a51-0c5d2f7e4b11',
    commandId: 'create/7',
    streamKind: 'volume',
    streamId: '0123456789abcdef0123456789abcdef',
    streamVersion: 3,
    type: 'VolumeCreated',
    schemaVersion: 2,
    data: { sizeGiB: 10, name: 'nächte', bricks: [{ b: null, a: 1.5 }] },
    metadata: {},
    actor: 'alice',
    issuer: 'admin',
    requestId: 'req-1',
    sourceAddress: '10.0.0.1',
    userAgent: null,
    correlationId: 'op-1',
    causationId: null,
    recordedAt: '2026-11-22T09:59:59.12345Z',
  };

  it('is the digest of each event', () => {
    expect(eventDigest(event).toString('hex')).toBe('833266f1a071ff4ae3267f891bec99514a924d0994d9f16b042afa05d6ec54a9');
  });

  it('is nothing that an event carries beside', () => {
    const placed = { ...event, position: '7:1', transactionId: '7' };
    expect(eventDigest(placed)).toEqual(eventDigest(event));
  });

  it('is the hash over events, number, time and installation', () => {
    const header = {
      ...contentsOf([event]),
      number: 1,
      eventCount: 1,
      totalEvents: 1,
      previousHash: NO_HASH,
      sealedAt: '2026-11-22T10:00:00.5Z',
    };
    const installation = '6f1f0a53-6d0e-4d19-8c55-0f7cc1a4ee4b';
    const hash = sealHash(installation, header);
    expect(hash).toBe('79f6d874ea613d962798bc5e66874c5ddac4ce98c3d8ed186fb6a08f3f313483');
    const others = [
      sealHash('00000000-0000-0000-0000-000000000000', header),
      sealHash(installation, { ...header, number: 2 }),
      sealHash(installation, { ...header, eventCount: 2 }),
      sealHash(installation, { ...header, totalEvents: 2 }),
      sealHash(installation, { ...header, previousHash: hash }),
      sealHash(installation, { ...header, sealedAt: '2026-11-22T10:00:00.6Z' }),
      sealHash(installation, { ...header, eventIds: [event.eventId.replace('6', '7')] }),
      sealHash(installation, { ...header, eventDigests: Buffer.alloc(32) }),
    ];
    expect(new Set([hash, ...others]).size).toBe(9);
  });
});
