import { DomainError } from '#kernel';
import type { Tags } from '../node/events.js';
import { tagValue } from '../tags.js';

/** One comparison of a tag with a value; a tag that is missing has the empty value. */
export interface TagRule {
  readonly name: string;
  readonly equal: boolean;
  readonly value: string;
}

/**
 * `name=value` or `name!=value`. Names are what the API accepts as tag names, the hyphen included, which Heketi's rule
 * leaves out by a slip in its character class; values are what that slip lets in, and the hyphen.
 */
const grammar = /^(?<name>[a-zA-Z0-9_.-]+)(?<operator>!?=)(?<value>[a-zA-Z0-9_./:;<=>?@[\\\]^-]+)$/;

/** Reads a rule. @throws DomainError with Heketi's text */
export function parseTagRule(text: string): TagRule {
  const parts = grammar.exec(text)?.groups;
  if (parts === undefined) {
    throw new DomainError('refused', `Invalid tag matching rule: Invalid tag match rule: ${text}`, [
      { rule: 'device-tag-match', detail: 'a rule has the form name=value or name!=value' },
    ]);
  }
  return { name: parts['name'] ?? '', equal: parts['operator'] === '=', value: parts['value'] ?? '' };
}

/** Whether a device with these effective tags may be used. */
export function matchesTagRule(rule: TagRule, tags: Tags): boolean {
  return ((tagValue(tags, rule.name) ?? '') === rule.value) === rule.equal;
}

/** The rule as it is written in a volume option. */
export function tagRuleText({ name, equal, value }: TagRule): string {
  return `${name}${equal ? '=' : '!='}${value}`;
}
