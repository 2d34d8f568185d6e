import { isDeepStrictEqual } from 'node:util';

/** Something that keeps its id through all changes. */
interface Identified {
  readonly id: string;
}

/** One object before and after. */
export interface ObjectChange<T> {
  readonly id: string;
  /** Names of the properties that differ, sorted. */
  readonly fields: string[];
  readonly before: T;
  readonly after: T;
}

/** What became of the objects of one kind; each list in id order. */
export interface KindDiff<T> {
  readonly added: T[];
  readonly removed: T[];
  readonly changed: ObjectChange<T>[];
}

/**
 * What has to be added, removed and changed to make one set of objects the other. Objects that are the same in both are left
 * out, so it does not matter whether they are given at all.
 */
export function diffOfKind<T extends Identified>(before: readonly T[], after: readonly T[]): KindDiff<T> {
  const was = byId(before);
  const is = byId(after);
  const added = [...is.values()].filter(({ id }) => !was.has(id));
  const removed = [...was.values()].filter(({ id }) => !is.has(id));
  const changed = [...is.values()].flatMap((now) => {
    const old = was.get(now.id);
    const fields = old === undefined ? [] : differing(old, now);
    return old === undefined || fields.length === 0 ? [] : [{ id: now.id, fields, before: old, after: now }];
  });
  return { added, removed, changed };
}

/** The same for several kinds at once: `{ clusters, nodes, ... }` before and after. */
export function topologyDiff<Kinds extends Readonly<Record<string, readonly Identified[]>>>(
  before: Kinds,
  after: Kinds,
): { readonly [Kind in keyof Kinds]: KindDiff<Kinds[Kind][number]> } {
  const kinds = Object.keys(after) as (keyof Kinds)[];
  const diffs = kinds.map((kind) => [kind, diffOfKind(before[kind] ?? [], after[kind] ?? [])]);
  return Object.fromEntries(diffs) as { readonly [Kind in keyof Kinds]: KindDiff<Kinds[Kind][number]> };
}

function byId<T extends Identified>(objects: readonly T[]): Map<string, T> {
  return new Map([...objects].sort((a, b) => (a.id < b.id ? -1 : 1)).map((object) => [object.id, object]));
}

function differing(before: object, after: object): string[] {
  const [old, now] = [before, after] as readonly Readonly<Record<string, unknown>>[];
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields].filter((field) => !isDeepStrictEqual(old?.[field], now?.[field])).sort();
}
