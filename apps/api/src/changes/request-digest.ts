import { createHash } from 'node:crypto';

/**
 * Hex SHA-256 of what a request asks for. Requests that a server of Heketi's cannot tell apart have the same one: spaces, the
 * order and case of keys, unknown keys, and whether a zero value was sent or left out do not matter.
 * @param path decoded, without the query
 * @param body as its contract read it; null for routes that read none
 */
export function requestDigest(method: string, path: string, body: unknown): string {
  const canonical = JSON.stringify(canonicalValue(body));
  return createHash('sha256').update(`${method} ${path}\n${canonical}`).digest('hex');
}

/**
 * Members sorted, and without those that have Go's zero value: a field that a later release adds does not change the digests of
 * requests that do not use it. Members of a map are data and all kept, as are the items of a list.
 */
function canonicalValue(value: unknown): unknown {
  if (value instanceof Map) return sorted([...value] as [string, unknown][]);
  if (Array.isArray(value)) return value.map(canonicalValue);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, canonicalValue(member)] as const);
  return sorted(members.filter(([, member]) => !isZero(member)));
}

/** As pairs: in an object, names that are numbers would come first, and `__proto__` would not come at all. */
function sorted(members: readonly (readonly [string, unknown])[]): unknown[] {
  return [...members].sort(([a], [b]) => (a < b ? -1 : 1));
}

function isZero(canonical: unknown): boolean {
  return Array.isArray(canonical) ? canonical.length === 0 : !canonical;
}
