import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnyEvent, StreamKind } from '#domain';
import { knownBy, type KnownObject, Names } from '../names.js';
import { isKnownType, sentenceOf, sentences } from './sentences.js';

interface History {
  readonly name: string;
  readonly events: readonly AnyEvent[];
}
/** Histories as version 1 wrote them. */
const histories = JSON.parse(
  readFileSync(new URL('../../../../domain/src/testing/events-v1.json', import.meta.url), 'utf8'),
) as Readonly<Record<StreamKind, readonly History[]>>;

const idOf = ({ data }: AnyEvent, kind: StreamKind): string => (data as Record<string, string>)[`${kind}Id`] ?? '';

/** Every event of a history, told to somebody who looks at its own object. */
function told(kind: StreamKind, { events }: History): string[] {
  const streamId = idOf(events[0]!, kind);
  const known = knownBy(events[0]!);
  const names = new Names(new Map<string, KnownObject>(known === null ? [] : [[streamId, known]]));
  return events.map((event) => sentenceOf(event, { streamId, from: kind, names }));
}

const all = Object.entries(histories).flatMap(([kind, list]) =>
  list.map((history) => ({ kind: kind as StreamKind, history, name: `${kind} ${history.name}` })),
);

describe('the sentences', () => {
  it.each(all)('tell of $name', ({ kind, history }) => {
    for (const sentence of told(kind, history)) {
      expect(sentence).toMatch(/^[\w/].*[^.]$/s);
      expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
    }
  });

  it('are there for every type that the log has ever held', () => {
    const types = new Set(all.flatMap(({ history }) => history.events.map(({ type }) => type)));
    expect(Object.keys(sentences).sort()).toEqual([...types].sort());
    expect(isKnownType('constructor')).toBe(false);
  });

  it('read as people speak', () => {
    const told1 = (kind: StreamKind, name: string): string[] =>
      told(
        kind,
        histories[kind].find((history) => history.name === name)!,
      );
    expect(told1('cluster', 'its whole life')).toEqual([
      'cluster created, for file and block volumes',
      'cluster takes block volumes only from now on',
      'cluster deleted',
    ]);
    expect(told1('volume', 'grown').slice(0, 3)).toEqual([
      'creation of volume vol_766f6c756d6500000000000000000000 accepted: 10 GiB, replica 3, 3 bricks',
      'volume vol_766f6c756d6500000000000000000000 created',
      'expansion of volume vol_766f6c756d6500000000000000000000 accepted: 5 GiB more, 3 bricks',
    ]);
  });
});
