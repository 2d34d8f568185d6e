import type { Reason, ReasonValues } from '#kernel';
import { cut } from './cut.js';

/** A placement on a large site rules out thousands of devices; what an event holds must have an end. */
const MAX_REASONS = 300;
const MAX_DETAIL_LENGTH = 300;
/** Ids of what is in the way, most often. */
const MAX_LIST_LENGTH = 50;

export interface CappedReasons {
  readonly reasons: readonly Reason[];
  /** Those that were left out, by rule. */
  readonly further: Readonly<Record<string, number>>;
}

/** The upper part of a reason tree: level by level, until there are enough. */
export function cappedReasons(reasons: readonly Reason[], most = MAX_REASONS): CappedReasons {
  const levels = byLevel(reasons);
  const kept = new Set(levels.slice(0, most));
  const further = new Map<string, number>();
  for (const { reason } of levels.slice(most)) further.set(reason.rule, (further.get(reason.rule) ?? 0) + 1);
  const roots = levels.filter(({ parent }) => parent === null);
  return {
    reasons: roots.filter((place) => kept.has(place)).map((place) => withKept(place, kept)),
    further: Object.fromEntries(further),
  };
}

/** A reason at its place in the tree: the same one may stand at several. */
interface Place {
  readonly reason: Reason;
  readonly parent: Place | null;
  readonly below: Place[];
}

/** All places, the upper ones first. */
function byLevel(reasons: readonly Reason[]): Place[] {
  const places = reasons.map((reason): Place => ({ reason, parent: null, below: [] }));
  // Grows while it is walked.
  for (const place of places) {
    for (const reason of place.reason.because ?? []) {
      const below: Place = { reason, parent: place, below: [] };
      place.below.push(below);
      places.push(below);
    }
  }
  return places;
}

function withKept({ reason: { rule, detail, values }, below }: Place, kept: ReadonlySet<Place>): Reason {
  const because = below.filter((place) => kept.has(place)).map((place) => withKept(place, kept));
  const known = values === undefined ? {} : { values: withoutRest(values) };
  return { rule, detail: cut(detail, MAX_DETAIL_LENGTH), ...known, ...(because.length === 0 ? {} : { because }) };
}

function withoutRest(values: ReasonValues): ReasonValues {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shortValue(value)]));
}

function shortValue(value: ReasonValues[string]): ReasonValues[string] {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return cut(value, MAX_DETAIL_LENGTH);
  return value.slice(0, MAX_LIST_LENGTH).map((each) => cut(each, MAX_DETAIL_LENGTH));
}
