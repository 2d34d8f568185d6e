import type { AnyEvent, StreamKind } from '#domain';
import { knownBy, type KnownObject, Names } from './names.js';
import { isKnownType, sentenceOf } from './sentences/sentences.js';

/** An event as followers of the log get it. */
export interface FollowedEvent {
  readonly stream: { readonly kind: string; readonly id: string };
  readonly type: string;
  readonly data: unknown;
}

const kinds: readonly string[] = ['cluster', 'node', 'device', 'volume', 'operation'] satisfies StreamKind[];

/** Tells events one by one as they come. It calls objects by their names as soon as it has heard these. */
export class EventTelling {
  readonly #known = new Map<string, KnownObject>();

  /** What happened, as a sentence. Types that this version does not know are told by their names. */
  tell({ stream, type, data }: FollowedEvent): string {
    if (!isKnownType(type) || !kinds.includes(stream.kind)) return `${type} of ${stream.kind} ${stream.id}`;
    // Of a known type, so it has its data.
    const event = { type, data } as AnyEvent;
    const known = knownBy(event);
    if (known !== null) this.#known.set(stream.id, known);
    // From no side in particular: an operation's names everything.
    return sentenceOf(event, { streamId: stream.id, from: 'operation', names: new Names(this.#known) });
  }
}
