/** Text that Postgres takes and that is read on a screen: no control characters but ends of lines, no half characters. */
export function cut(text: string, length: number): string {
  const head = text.slice(0, 2 * length + 2).replace(/[^\P{Cc}\n]|\p{Surrogate}/gu, '\ufffd');
  const characters = Array.from(head);
  return characters.length <= length ? head : `${characters.slice(0, length).join('')}…`;
}
