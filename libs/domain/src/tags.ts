import type { Tags } from './node/events.js';

export type TagChange = 'set' | 'update' | 'delete';

/** What a change of tags leaves: `set` replaces all, `update` merges, `delete` removes the named ones, known or not. */
export function applyTags(current: Tags, change: TagChange, tags: Tags): Tags {
  switch (change) {
    case 'set':
      return { ...tags };
    case 'update':
      return { ...current, ...tags };
    case 'delete':
      return Object.fromEntries(Object.entries(current).filter(([name]) => !Object.hasOwn(tags, name)));
  }
}

/** Whether two sets of tags are the same, whatever their order. */
export function sameTags(a: Tags, b: Tags): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => tagValue(b, name) === tagValue(a, name));
}

/** The value of a tag; names such as `constructor` are no tags unless they were set. */
export function tagValue(tags: Tags, name: string): string | undefined {
  return Object.hasOwn(tags, name) ? tags[name] : undefined;
}

/** A device's tags as placement sees them: its own over its node's. */
export function effectiveTags(nodeTags: Tags, deviceTags: Tags): Tags {
  return { ...nodeTags, ...deviceTags };
}
