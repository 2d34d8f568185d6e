import type { AnyEvent } from '#domain';
import type { HistoryKind } from '../history-entry.js';
import type { Names } from '../names.js';

export type EventType = AnyEvent['type'];
export type DataOf<Type extends EventType> = Extract<AnyEvent, { readonly type: Type }>['data'];

/** What a sentence may look at beside the event itself. */
export interface Telling {
  /** The object whose stream the event is in. */
  readonly streamId: string;
  /** The kind of object whose history is told. */
  readonly from: HistoryKind;
  readonly names: Names;
}

/** What happened, as one sentence in the past tense, without a full stop; reasons may have several lines. */
export type Sentence<Type extends EventType> = (data: DataOf<Type>, telling: Telling) => string;

/** A sentence for each of these types: one that is missing does not compile. */
export type Sentences<Type extends EventType> = { readonly [T in Type]: Sentence<T> };
