import type { Reason } from '#kernel';

const places = ['nodeId', 'deviceId', 'nodeIds', 'deviceIds'] as const;

/** A tree for those who may not know nodes and devices: lines that name any are left out, those that count them stay. */
export function withoutPlaces(reasons: readonly Reason[]): readonly Reason[] {
  return reasons
    .filter(({ values = {} }) => !places.some((name) => values[name] !== undefined))
    .map(({ because, ...reason }) => {
      const below = withoutPlaces(because ?? []);
      return below.length === 0 ? reason : { ...reason, because: below };
    });
}
