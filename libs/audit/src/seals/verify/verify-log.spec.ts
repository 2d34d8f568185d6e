import type { Json } from '#kernel';
import { MemorySealedLog, testSealKey } from '#test/memory-sealed-log';
import { describe, expect, it } from 'vitest';
import { anchorOf } from '../anchor.js';
import type { SealKey } from '../seal-key.js';
import type { Problem } from './finding.js';
import { type VerifyReport, type VerifySettings, verifyLog } from './verify-log.js';

/** Three seals of ten events, and five events that are not sealed yet. */
function sealedLog(key: SealKey | null = testSealKey()): MemorySealedLog {
  const log = new MemorySealedLog(key);
  log.append(35);
  for (let nth = 0; nth < 3; nth += 1) log.seal(10);
  return log;
}

const verified = (log: MemorySealedLog, settings: Partial<VerifySettings> = {}): Promise<VerifyReport> =>
  verifyLog(log, { publicKeys: null, anchors: [], ...settings });

const found = ({ findings }: VerifyReport, problem: Problem) => findings.filter((each) => each.problem === problem);

const kinds = ({ findings }: VerifyReport): Problem[] => [...new Set(findings.map(({ problem }) => problem))].sort();

describe('a log that nobody has touched', () => {
  it('is clean, and what is not sealed yet is counted', async () => {
    const key = testSealKey();
    const log = sealedLog(key);
    const anchors = log.sealsThere.map(anchorOf);
    const report = await verified(log, { publicKeys: new Map([[key.keyId, key.publicKey]]), anchors });
    expect(report).toMatchObject({
      clean: true,
      seals: 3,
      signedSeals: 3,
      signaturesChecked: true,
      anchorsCompared: 3,
      sealedEvents: 30,
      unsealedEvents: 5,
      counts: {},
      findings: [],
    });
  });

  it('is clean without seals, and nothing is proven', async () => {
    const log = new MemorySealedLog();
    log.append(3);
    expect(await verified(log)).toMatchObject({ clean: true, seals: 0, sealedEvents: 0, unsealedEvents: 3 });
  });

  it('is clean when its events have got new places in the same order, as a restore gives them', async () => {
    const log = sealedLog();
    for (const [at, event] of log.events.entries()) event.position = `1:${String(at + 1)}` as typeof event.position;
    expect(await verified(log)).toMatchObject({ clean: true, unsealedEvents: 5 });
  });

  it('tells how far the verification is', async () => {
    const heard: number[] = [];
    await verified(sealedLog(), { onProgress: (events) => heard.push(events) });
    expect(heard).toEqual([10, 20, 30]);
  });
});

describe('an edited event', () => {
  const edits = {
    data: { data: { sizeGiB: 1 } },
    metadata: { metadata: { trace: 'x' } },
    actor: { actor: 'mallory' },
    issuer: { issuer: 'user' },
    'source address': { sourceAddress: null },
    'user agent': { userAgent: 'curl' },
    'request id': { requestId: 'other' },
    'correlation id': { correlationId: 'other' },
    'causation id': { causationId: 'other' },
    'command id': { commandId: 'other' },
    type: { type: 'VolumeDeleted' },
    'schema version': { schemaVersion: 2 },
    'time, by a microsecond': { recordedAt: '2026-11-22T09:59:59.123457Z' },
  };

  it.each(Object.entries(edits))('is named: its %s', async (_what, edit) => {
    const log = sealedLog();
    Object.assign(log.events[14]!, edit);
    const report = await verified(log);
    const { eventId, position, type } = log.events[14]!;
    expect(report.findings).toEqual([
      {
        problem: 'event-edited',
        seal: 2,
        eventId,
        position,
        streamKind: 'volume',
        streamId: 'c',
        streamVersion: 5,
        eventType: type,
        detail: `${type} at ${position} (volume/c version 5) is not what was sealed`,
      },
    ]);
    expect(report).toMatchObject({ clean: false, counts: { 'event-edited': 1 }, unsealedEvents: 5 });
  });

  it('is named where it is so deep that it has no digest', async () => {
    const log = sealedLog();
    log.events[14]!.data = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as Json;
    expect((await verified(log)).findings).toMatchObject([{ problem: 'event-edited', seal: 2 }]);
  });

  it('is an other one where it was put into another stream', async () => {
    const log = sealedLog();
    log.events[14]!.streamId = 'd';
    const report = await verified(log);
    expect(kinds(report)).toEqual(['event-edited', 'stream-gap']);
    expect(found(report, 'stream-gap')).toMatchObject([{ streamId: 'c', streamVersion: 5 }]);
  });
});

describe('a removed event', () => {
  it('is named by its id, its seal, the one before it, and the version that its stream lacks', async () => {
    const log = sealedLog();
    const [gone] = log.events.splice(14, 1);
    const report = await verified(log);
    expect(report.findings).toMatchObject([
      {
        problem: 'event-removed',
        seal: 2,
        eventId: gone!.eventId,
        detail:
          'the event is not there; it was number 5 of 10 in the seal, after VolumeCreated at 7:14000 (volume/b version 5)',
      },
      { problem: 'stream-gap', streamKind: 'volume', streamId: 'c', streamVersion: 5 },
    ]);
    expect(report).toMatchObject({ sealedEvents: 29, unsealedEvents: 5 });
  });

  it('is told from those around it, also where hundreds are gone', async () => {
    const log = new MemorySealedLog();
    log.append(1000);
    for (let nth = 0; nth < 10; nth += 1) log.seal(100);
    const gone = log.events.splice(150, 700);
    const report = await verified(log);
    expect(report.counts['event-removed']).toBe(700);
    expect(found(report, 'event-removed').map(({ eventId }) => eventId)).toEqual(
      gone.slice(0, 200).map(({ eventId }) => eventId),
    );
    expect(kinds(report)).toEqual(['event-removed', 'stream-gap']);
  });

  it('is missed at the end of the log too, where nothing was sealed yet: its stream is further', async () => {
    const log = sealedLog();
    log.events.splice(33);
    const report = await verified(log);
    expect(report).toMatchObject({ counts: { 'stream-gap': 2 }, unsealedEvents: 3 });
  });
});

describe('an inserted event', () => {
  it('is named where it stands among sealed ones', async () => {
    const log = sealedLog();
    const { eventId, position } = log.insertAfter(14);
    const report = await verified(log);
    expect(report.findings).toMatchObject([{ problem: 'event-inserted', eventId, position }]);
    expect(report.unsealedEvents).toBe(5);
  });

  it('is named where it is a copy of a sealed one', async () => {
    const log = sealedLog();
    const copy = { ...log.events[3]!, streamId: 'd', position: log.insertAfter(20).position };
    log.events.splice(21, 1, copy);
    expect(found(await verified(log), 'event-inserted')).toMatchObject([{ position: copy.position, streamId: 'd' }]);
  });
});

describe('events that have changed places', () => {
  it.each([
    ['neighbours', 14, 15],
    ['in one seal', 11, 18],
    ['on both sides of a border between seals', 9, 10],
    ['far apart', 2, 27],
    ['at the end of what is sealed', 28, 29],
    ['the first and the last', 0, 29],
  ])('are named: %s', async (_where, left, right) => {
    const log = sealedLog();
    const moved = [log.events[left]!.eventId, log.events[right]!.eventId].sort();
    log.swap(left, right);
    const report = await verified(log);
    expect(kinds(report)).toEqual(['event-moved']);
    expect(
      found(report, 'event-moved')
        .map(({ eventId }) => eventId!)
        .sort(),
    ).toEqual(moved);
    expect(report.unsealedEvents).toBe(5);
  });

  it('are named with the one between them, which has lost its neighbours too', async () => {
    const log = sealedLog();
    const three = log.events.slice(14, 17).map(({ eventId }) => eventId);
    log.swap(14, 16);
    const report = await verified(log);
    expect(
      found(report, 'event-moved')
        .map(({ eventId }) => eventId!)
        .sort(),
    ).toEqual(three.sort());
  });

  it('are named at the seam where many were moved together', async () => {
    const log = new MemorySealedLog();
    log.append(60);
    for (let nth = 0; nth < 6; nth += 1) log.seal(10);
    const places = log.events.map(({ position }) => position);
    const order = [
      ...log.events.slice(0, 5),
      ...log.events.slice(15, 50),
      ...log.events.slice(5, 15),
      ...log.events.slice(50),
    ];
    order.forEach((event, at) => (event.position = places[at]!));
    const report = await verified(log);
    expect(kinds(report)).toEqual(['event-moved']);
    expect(report.counts['event-moved']).toBeLessThanOrEqual(3);
  });
});

describe('a seal', () => {
  it('that was altered is named, and the one after it still follows it', async () => {
    const log = sealedLog();
    Object.assign(log.events[14]!, { actor: 'mallory' });
    const { hash } = log.sealsThere[1]!;
    log.sealAnew(2, null);
    log.sealsThere[1]!.hash = hash;
    expect(found(await verified(log), 'seal-altered')).toMatchObject([{ seal: 2 }]);
  });

  it.each([
    ['time', { sealedAt: '2026-11-22T10:00:00.6Z' }],
    ['number of events', { eventCount: 9 }],
    ['total', { totalEvents: 21 }],
    ['order', {}],
  ])('whose %s was altered is named', async (_what, change) => {
    const log = sealedLog();
    const seal = log.sealsThere[1]!;
    Object.assign(seal, change);
    if (Object.keys(change).length === 0) seal.eventIds = [...seal.eventIds].reverse();
    expect(found(await verified(log), 'seal-altered')).toMatchObject([{ seal: 2 }]);
  });

  it('that was made anew over other events no longer has the next one follow it', async () => {
    const log = sealedLog();
    Object.assign(log.events[14]!, { actor: 'mallory' });
    const last = { ...log.sealsThere[2]! };
    log.sealAnew(2);
    log.sealsThere[2] = last;
    const report = await verified(log);
    expect(report.findings).toMatchObject([{ problem: 'chain-broken', seal: 3 }]);
  });

  it('that is missing is named with how much it covered, and its events are not called inserted', async () => {
    const log = sealedLog();
    log.sealsThere.splice(1, 1);
    const report = await verified(log);
    expect(report.findings).toMatchObject([
      { problem: 'seal-missing', seal: 2, detail: 'seal 2 is not there; 10 events are not proven without' },
    ]);
    expect(report).toMatchObject({ sealedEvents: 20, unsealedEvents: 5 });
  });

  it('that is missing at the beginning is named', async () => {
    const log = sealedLog();
    log.sealsThere.splice(0, 2);
    expect((await verified(log)).findings).toMatchObject([
      { problem: 'seal-missing', seal: 1, detail: 'seals 1 to 2 are not there; 20 events are not proven without' },
    ]);
  });
});

describe('a signature', () => {
  const key = testSealKey();
  const trusted = new Map([[key.keyId, key.publicKey]]);

  it('of another key is wrong, though the chain is whole', async () => {
    const log = sealedLog(key);
    Object.assign(log.events[14]!, { actor: 'mallory' });
    log.sealAnew(2, testSealKey());
    expect(await verified(log)).toMatchObject({ clean: true });
    const report = await verified(log, { publicKeys: trusted });
    expect(report.findings).toMatchObject([
      { problem: 'signature-wrong', seal: 2 },
      { problem: 'signature-wrong', seal: 3 },
    ]);
  });

  it('that says it is of our key and is not, is wrong', async () => {
    const log = sealedLog(key);
    log.sealAnew(2, { ...testSealKey(), keyId: key.keyId });
    expect((await verified(log, { publicKeys: trusted })).counts).toEqual({ 'signature-wrong': 2 });
  });

  it('that was there before may not be missing', async () => {
    const log = sealedLog(key);
    log.sealAnew(2, null);
    expect((await verified(log)).findings).toMatchObject([
      { problem: 'signature-missing', seal: 2 },
      { problem: 'signature-missing', seal: 3 },
    ]);
  });

  it('may not be missing everywhere, where one is asked for', async () => {
    const log = sealedLog(key);
    log.sealAnew(1, null);
    expect(await verified(log)).toMatchObject({ clean: true });
    expect((await verified(log, { publicKeys: trusted })).findings).toMatchObject([
      { problem: 'signature-missing', seal: 3 },
    ]);
  });

  it('is no proof of unsigned seals before it, which anybody may have made, unless an anchor is', async () => {
    const log = sealedLog(null);
    const anchors = log.sealsThere.map(anchorOf);
    log.sealAnew(3, key);
    expect(await verified(log)).toMatchObject({ clean: true });
    expect((await verified(log, { publicKeys: trusted })).findings).toMatchObject([
      { problem: 'signature-missing', seal: 2, detail: expect.stringContaining('seals 1 to 2') as string },
    ]);
    expect((await verified(log, { publicKeys: trusted, anchors: anchors.slice(0, 1) })).clean).toBe(false);
    expect(await verified(log, { publicKeys: trusted, anchors: anchors.slice(0, 2) })).toMatchObject({ clean: true });
    expect(await verified(log, { publicKeys: trusted, anchors: [anchorOf(log.sealsThere[2]!)] })).toMatchObject({
      clean: true,
    });
  });

  it('of the service does not make a log right that was sealed anew without the key', async () => {
    const log = sealedLog(key);
    const anchors = log.sealsThere.map(anchorOf);
    Object.assign(log.events[14]!, { actor: 'mallory' });
    log.sealAnew(1, null);
    log.sealAnew(3, key);
    expect((await verified(log, { publicKeys: trusted })).counts).toEqual({ 'signature-missing': 1 });
    expect((await verified(log, { publicKeys: trusted, anchors })).clean).toBe(false);
  });

  it('of a later key is right where both are trusted', async () => {
    const log = sealedLog(key);
    const next = testSealKey();
    log.sealAnew(3, next);
    const both = new Map([...trusted, [next.keyId, next.publicKey]]);
    expect(await verified(log, { publicKeys: both })).toMatchObject({ clean: true, signedSeals: 3 });
  });
});

describe('an anchor', () => {
  it('shows that a log was sealed anew with the right key', async () => {
    const log = sealedLog();
    const anchors = log.sealsThere.map(anchorOf);
    Object.assign(log.events[14]!, { actor: 'mallory' });
    log.sealAnew(2);
    expect(await verified(log)).toMatchObject({ clean: true });
    expect((await verified(log, { anchors })).findings).toMatchObject([
      { problem: 'anchor-differs', seal: 2 },
      { problem: 'anchor-differs', seal: 3 },
    ]);
  });

  it('shows that the end of the log is gone with its seals', async () => {
    const log = sealedLog();
    const anchors = [anchorOf(log.sealsThere[2]!)];
    const cut = log.events.splice(20).map(({ streamId }) => streamId);
    log.sealsThere.pop();
    const report = await verified(log, { anchors });
    expect(found(report, 'anchor-beyond')).toMatchObject([{ seal: 3 }]);
    expect(new Set(found(report, 'stream-gap').map(({ streamId }) => streamId))).toEqual(new Set(cut));
  });

  it('shows that a signature was taken off', async () => {
    const log = sealedLog();
    const anchors = log.sealsThere.map(anchorOf);
    Object.assign(log.sealsThere[0]!, { keyId: null, signature: null });
    expect(await verified(log)).toMatchObject({ clean: true });
    expect((await verified(log, { anchors })).findings).toMatchObject([{ problem: 'anchor-differs', seal: 1 }]);
  });
});
