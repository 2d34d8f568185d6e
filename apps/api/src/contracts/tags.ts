import type { TagChange, Tags } from '#domain';
import type { z } from 'zod';
import type { Contract } from './contract.js';
import { goString, goStringMap, goStruct } from './go-types.js';
import { check, oneOf, required, violations } from './violations.js';

const MAX_TAGS = 32;
const MAX_NAME_RUNES = 32;
const MAX_VALUE_RUNES = 64;
const NAME = /^[a-zA-Z0-9_.-]+$/;
const CHANGES: readonly TagChange[] = ['set', 'update', 'delete'];

function runes(text: string): number {
  return Array.from(text).length;
}

function tagComplaint(name: string, value: string): string | null {
  if (name === '') return 'tag names may not be empty';
  if (runes(name) > MAX_NAME_RUNES) return `tag name ${name}: the length must be between 1 and ${MAX_NAME_RUNES}`;
  if (runes(value) > MAX_VALUE_RUNES) return `value of tag ${name}: the length must be no more than ${MAX_VALUE_RUNES}`;
  if (!NAME.test(name)) return `invalid characters in tag name ${name}`;
  // Postgres cannot hold it in a text or jsonb.
  return value.includes('\u0000') ? `invalid characters in value of tag ${name}` : null;
}

/** What is wrong with a set of tags, the first complaint in the order of names; null for nothing. */
export function tagsComplaint(tags: ReadonlyMap<string, string>): string | null {
  if (tags.size > MAX_TAGS) return `too many tags specified (${tags.size}), up to ${MAX_TAGS} supported`;
  for (const name of [...tags.keys()].sort()) {
    const complaint = tagComplaint(name, tags.get(name) ?? '');
    if (complaint !== null) return complaint;
  }
  return null;
}

/** Tags as the domain has them. The names were checked: none of them can be a property of every object but `__proto__`. */
export function tagsFrom(tags: ReadonlyMap<string, string>): Tags {
  return Object.fromEntries(tags);
}

const shape = goStruct({ change_type: goString, tags: goStringMap });

export type TagsBody = z.output<typeof shape>;

export const tagsContract: Contract<TagsBody> = {
  shape,
  rules: ({ change_type, tags }) =>
    violations({ change_type: check(change_type, required, oneOf(CHANGES)), tags: tagsComplaint(tags) }),
};

/** The change that a checked request asks for. */
export function tagChangeOf(text: string): TagChange {
  const change = CHANGES.find((one) => one === text);
  if (change === undefined) throw new Error(`${text} was not checked`);
  return change;
}
