/** The request target without scheme, host, query and fragment, still percent-encoded: what the router matches. */
export function encodedPath(target: string): string {
  const end = target.search(/[?#]/);
  const path = (end === -1 ? target : target.slice(0, end)).replace(/^https?:\/\/[^/]*/i, '');
  return path === '' ? '/' : path;
}

/** The path as Go's URL.Path has it, percent-decoded; null where the escapes are broken. */
export function decodedPath(target: string): string | null {
  try {
    return decodeURIComponent(encodedPath(target));
  } catch {
    return null;
  }
}
