import type { AnyEvent } from '#domain';
import { clusterSentences } from './cluster.js';
import { deviceSentences } from './device.js';
import { nodeSentences } from './node.js';
import { operationSentences } from './operation.js';
import type { EventType, Sentences, Telling } from './sentence.js';
import { volumeSentences } from './volume.js';

/** Each type of event of the domain has its sentence: the compiler asks for one when a type is added. */
export const sentences: Sentences<EventType> = {
  ...clusterSentences,
  ...nodeSentences,
  ...deviceSentences,
  ...volumeSentences,
  ...operationSentences,
};

/** Whether this version knows a type of event: logs may hold those of a later one. */
export function isKnownType(type: string): type is EventType {
  return Object.hasOwn(sentences, type);
}

/** What an event says, to somebody who looks at an object of the kind `telling.from`. */
export function sentenceOf(event: AnyEvent, telling: Telling): string {
  const sentence = sentences[event.type];
  // The table pairs each type with its own data; the compiler does not follow a union through it.
  return sentence(event.data as never, telling);
}
