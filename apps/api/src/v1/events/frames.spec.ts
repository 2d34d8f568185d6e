import { Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { systemAttribution } from '#kernel';
import { type FeedBatch, logPosition, type RecordedEvent } from '#event-store';
import { expect, it } from 'vitest';
import { framesOf, prelude, renderWith, asUsersSee } from './frames.js';

function eventAt(place: number, streamKind = 'volume'): RecordedEvent {
  return {
    position: logPosition(place.toString(), '1'),
    eventId: place.toString(),
    streamKind,
    streamId: 'v',
    streamVersion: place,
    schemaVersion: 1,
    event: { type: 'VolumeCreated', data: { text: 'two\nlines' } },
    attribution: systemAttribution('test', 'test'),
    recordedAt: new Date(0),
  };
}
const begin = logPosition('1', '0');
const batch = (...events: RecordedEvent[]): FeedBatch => ({ events, position: events.at(-1)!.position });

async function* of(...batches: FeedBatch[]): AsyncGenerator<FeedBatch> {
  await turn();
  yield* batches;
}

async function all(frames: AsyncIterable<string>): Promise<string[]> {
  const seen: string[] = [];
  for await (const frame of frames) seen.push(frame);
  return seen;
}
const everything = (): boolean => true;

it('puts an event into one frame with its place, its type and one line of JSON', async () => {
  const [head, frame = ''] = await all(
    framesOf(
      begin,
      of(batch(eventAt(7))),
      everything,
      renderWith((json) => json),
    ),
  );
  expect(head).toBe(': events of brickyard\nretry: 1000\nid: 1:0\n\n');
  const [id, event, data, ...rest] = frame.split('\n');
  expect([id, event, rest]).toEqual(['id: 7:1', 'event: VolumeCreated', ['', '']]);
  expect(JSON.parse(data!.slice('data: '.length))).toMatchObject({ position: '7:1', data: { text: 'two\nlines' } });
});

it('leaves out what is not wanted, and says in a silence how far it is', async () => {
  const idle = { events: [], position: logPosition('9', '0') };
  const frames = framesOf(
    begin,
    of(batch(eventAt(7, 'node')), idle),
    ({ streamKind }) => streamKind === 'volume',
    () => 'x',
  );
  expect(await all(frames)).toEqual([prelude(begin), ': nothing new\nid: 9:0\n\n']);
});

it('puts an event that many read into words once', () => {
  let told = 0;
  const render = renderWith((json) => {
    told += 1;
    return json;
  });
  const event = eventAt(1);
  expect(render(event)).toBe(render(event));
  expect(told).toBe(1);
});

it('reads no further for a reader that takes nothing', async () => {
  let pulled = 0;
  async function* endless(): AsyncGenerator<FeedBatch> {
    for (;;) {
      await turn();
      pulled += 1;
      yield batch(eventAt(pulled));
    }
  }
  const frame = 'x'.repeat(1000);
  const body = Readable.from(
    framesOf(begin, endless(), everything, () => frame),
    { objectMode: false, highWaterMark: 16_384 },
  );
  let isStuck = true;
  let resume = (): void => undefined;
  let taken = 0;
  const reader = new Writable({
    highWaterMark: 16_384,
    write: (chunk: Buffer, _encoding, done) => {
      taken += chunk.length;
      resume = done;
      if (!isStuck) setImmediate(done);
    },
  });
  body.pipe(reader);
  await expect.poll(() => pulled).toBeGreaterThan(20);
  let before: number;
  do {
    before = pulled;
    for (let n = 0; n < 20; n += 1) await turn();
  } while (pulled > before);
  expect(pulled).toBeLessThan(60);
  expect(taken).toBeLessThan(2000);
  isStuck = false;
  resume();
  await expect.poll(() => taken).toBeGreaterThan(2000);
  body.destroy();
});

it('is told to users without the commands that were run on nodes, and without where others asked from', () => {
  const event = eventAt(1);
  const step = {
    ...event,
    event: { type: 'StepSucceeded', data: { step: 'brick a', commands: ['lvs'], observed: 4 } },
  };
  expect(renderWith(asUsersSee)(step)).toContain('"data":{"step":"brick a","observed":4}');
  expect(renderWith(asUsersSee)(event)).toBe(renderWith((json) => json)(event));
  const sourceAddress = '10.0.0.9';
  const askedBy = (issuer: string) => ({ ...event, attribution: { ...event.attribution, issuer, sourceAddress } });
  expect(renderWith(asUsersSee)(askedBy('admin'))).not.toContain(sourceAddress);
  expect(renderWith(asUsersSee)(askedBy('user'))).toContain(sourceAddress);
});
