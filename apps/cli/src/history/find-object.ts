import type { HistoryKind as Kind } from '#audit';
import { isId } from '#kernel';
import type { V1Client } from '../client/v1-client.js';

export const historyKinds = [
  'cluster',
  'node',
  'device',
  'brick',
  'volume',
  'operation',
] as const satisfies readonly Kind[];
export type HistoryKind = (typeof historyKinds)[number];

interface Listed {
  readonly id: string;
  readonly name?: string;
  readonly manageHostnames?: readonly string[];
}

/** What an object is called besides its id: volumes and nodes have names. */
const namesOf = ({ name, manageHostnames }: Listed): readonly string[] => [
  ...(name === undefined ? [] : [name]),
  ...(manageHostnames ?? []),
];

/** `volume night`, `volume/night` or `volume ID` as kind and word. @throws Error where it is none */
export function objectWords(
  first: string,
  second: string | undefined,
): { readonly kind: HistoryKind; readonly word: string } {
  const [kindWord = '', ...rest] = second === undefined ? first.split('/') : [first, second];
  const kind = historyKinds.find((known) => known === kindWord || `${known}s` === kindWord);
  const word = rest.join('/');
  if (kind !== undefined && word !== '') return { kind, word };
  throw new Error(
    `say which object: one of ${historyKinds.join(', ')}, and its id, such as "volume ID" or "volume/ID"`,
  );
}

/**
 * The id of an object: the word itself, or that of the only volume or node that is called so, today or at a moment of the past.
 * @throws Error where there is none, or more than one
 */
export async function findObject(client: V1Client, kind: HistoryKind, word: string, asOf?: string): Promise<string> {
  if (isId(word)) return word;
  if (kind !== 'volume' && kind !== 'node') throw new Error(`${word} is not an id: a ${kind} has no other name`);
  const found: string[] = [];
  for await (const object of client.items<Listed>(`/v1/${kind}s`, { asOf })) {
    if (namesOf(object).includes(word)) found.push(object.id);
  }
  const [id, ...others] = found;
  if (id === undefined) {
    const when = asOf === undefined ? 'today; one that is gone is found by its id' : 'then';
    throw new Error(`no ${kind} is called ${word} ${when}`);
  }
  if (others.length === 0) return id;
  throw new Error(`${found.length} ${kind}s are called ${word}: ${found.join(', ')}; say which by its id`);
}
