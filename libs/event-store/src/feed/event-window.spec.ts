import { systemAttribution } from '#kernel';
import { expect, it } from 'vitest';
import type { RecordedEvent } from '../event-store.js';
import { logPosition } from '../log-position.js';
import { EventWindow } from './event-window.js';

const at = (place: number) => logPosition(place.toString(), '1');
function event(place: number, data: unknown = {}): RecordedEvent {
  return {
    position: at(place),
    eventId: place.toString(),
    streamKind: 'thing',
    streamId: 'a',
    streamVersion: place,
    schemaVersion: 1,
    event: { type: 'ThingHappened', data },
    attribution: systemAttribution('test', 'test'),
    recordedAt: new Date(0),
  };
}
const places = (events: readonly RecordedEvent[] | null): string[] | null =>
  events?.map(({ eventId }) => eventId) ?? null;

it('gives what follows on a position, and says where it cannot', () => {
  const window = new EventWindow(at(10), { events: 3, bytes: 1000 });
  expect(window.after(at(10), 5)).toEqual([]);
  expect(window.after(at(9), 5)).toBeNull();
  window.add([11, 12].map((place) => event(place)));
  expect(places(window.after(at(10), 5))).toEqual(['11', '12']);
  window.add([13, 14, 15].map((place) => event(place)));
  expect(window.after(at(11), 5)).toBeNull();
  expect(places(window.after(at(12), 2))).toEqual(['13', '14']);
  expect(window.end).toBe(at(15));
});

it('keeps no more than so many bytes, but always the newest event', () => {
  const window = new EventWindow(at(0), { events: 100, bytes: 100 });
  window.add([1, 2, 3].map((place) => event(place, 'x'.repeat(60))));
  expect(places(window.after(at(2), 5))).toEqual(['3']);
  expect(window.after(at(1), 5)).toBeNull();
  window.add([event(4, 'x'.repeat(500))]);
  expect(places(window.after(at(3), 5))).toEqual(['4']);
  window.add([event(5)]);
  expect(places(window.after(at(4), 5))).toEqual(['5']);
});
