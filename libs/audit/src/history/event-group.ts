import type { RecordedEvent } from '#event-store';
import type { RecordedOperationEvent } from './told-operation.js';

/** What belongs together in a history: one entry. */
export interface EventGroup {
  /** The first event about the object: the entry's place. */
  readonly head: RecordedEvent;
  /** All events about the object that belong to the head's operation, in log order; the head alone where it belongs to none. */
  readonly about: readonly RecordedEvent[];
  /** The stream of the operation that the head belongs to; empty where it belongs to none. */
  readonly operation: readonly RecordedOperationEvent[];
}

/**
 * The operation that an event belongs to by its metadata, else null. A client may choose its request's id, and so the correlation id
 * of a change without an operation: by choosing the id of an operation nobody gets his change in among its events.
 */
export function operationIdOf({ attribution }: Pick<RecordedEvent, 'attribution'>): string | null {
  const { issuer, requestId, correlationId } = attribution;
  return issuer === 'brickyard' || requestId !== correlationId ? correlationId : null;
}
