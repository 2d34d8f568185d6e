const ESCAPED: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
  // Go 1.19 knows short forms for \n, \r and \t only.
  '\\b': '\\u0008',
  '\\f': '\\u000c',
};

/** JSON as Go's json.Encoder writes it: compact, `<`, `>` and `&` escaped, one newline at the end. Keys keep their order. */
export function writeGoJson(value: object): string {
  const text = JSON.stringify(value).replace(/\\[\\"]|\\b|\\f|[<>&\u2028\u2029]/g, (found) => ESCAPED[found] ?? found);
  return `${text}\n`;
}
