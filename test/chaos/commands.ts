/** Programs that stand before the one that is meant, each with the number of its own words that follow it. */
const PREFIXES: Readonly<Record<string, (words: readonly string[]) => number>> = {
  sudo: (words) => (words[1] === '-n' ? 2 : 1),
  env: (words) => 1 + words.slice(1).findIndex((word) => !word.includes('=')),
  timeout: () => 3,
  flock: (words) => 1 + (words[1] === '-w' ? 2 : 0) + 1,
};

/** Programs whose first words say what they do: lvm lvcreate, gluster volume create. */
const VERBS: Readonly<Record<string, number>> = { lvm: 1, gluster: 2 };

/** What a command does, in one or two words, whatever it is wrapped in: `lvcreate`, `volume create`, `mount`. */
export function labelOf(line: string): string {
  let words: readonly string[] = line.split(/\s+/);
  for (let skip = PREFIXES[words[0] ?? '']; skip !== undefined; skip = PREFIXES[words[0] ?? '']) {
    words = words.slice(skip(words));
  }
  const program = (words[0] ?? '').replace(/^.*\//, '');
  const verbs = words.slice(1).filter((word) => !word.startsWith('--'));
  const count = VERBS[program] ?? 0;
  return count === 0 ? program : verbs.slice(0, count).join(' ');
}

/** Matches the lines that have the label. */
export function patternOf(label: string): RegExp {
  return new RegExp(`(^|[\\s/])${label.replaceAll('.', '\\.').replaceAll(' ', '\\s')}(\\s|$)`);
}

const LOOKS: readonly string[] = [
  'blkid',
  'cat',
  'findmnt',
  'lvs',
  'pool list',
  'pvs',
  'udevadm',
  'vgs',
  'volume info',
];

/** Whether a command changes nothing: a fault at any of its boundaries is the same to everybody. */
export function onlyLooks(label: string): boolean {
  return LOOKS.includes(label);
}
