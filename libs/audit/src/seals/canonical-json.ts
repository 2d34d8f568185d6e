import type { Json } from '#kernel';

/**
 * The canonical text of a JSON value by RFC 8785: no blanks, members in the order of their names' UTF-16 code units, numbers
 * and texts as JavaScript writes them. Two values have the same text exactly where a JSON reader sees the same.
 * @throws RangeError where it is thousands of levels deep; nothing that we write is
 */
export function canonicalJson(value: Json): string {
  // Of a number beyond all doubles JavaScript makes none, and writes null: it is not to pass for one.
  if (typeof value === 'number' && !Number.isFinite(value)) return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts: string[] = [];
  if (isArray(value)) {
    for (const element of value) parts.push(canonicalJson(element));
    return `[${parts.join(',')}]`;
  }
  for (const name of Object.keys(value).sort()) {
    parts.push(`${JSON.stringify(name)}:${canonicalJson(value[name] ?? null)}`);
  }
  return `{${parts.join(',')}}`;
}

/** Array.isArray does not narrow a readonly array away. */
function isArray(value: Json & object): value is readonly Json[] {
  return Array.isArray(value);
}
