/** Words that mean the same with and without quotes in every POSIX shell; left bare so that records stay readable. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** @throws Error for a NUL, which no program argument can hold */
function singleQuoted(argument: string): string {
  if (argument.includes('\0')) {
    throw new Error('a command argument contains a NUL character');
  }
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

/**
 * The only place where arguments become a shell line: single quotes around everything that is not plain.
 * @throws Error for an empty command or a NUL
 */
export function shellLine(argv: readonly string[]): string {
  const [program, ...rest] = argv;
  if (program === undefined) {
    throw new Error('a command needs a program');
  }
  // in front of a command NAME=value would be an assignment
  const first = PLAIN.test(program) && !program.includes('=') ? program : singleQuoted(program);
  return [first, ...rest.map((word) => (PLAIN.test(word) ? word : singleQuoted(word)))].join(' ');
}
