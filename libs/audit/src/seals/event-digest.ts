import { createHash } from 'node:crypto';
import type { Json } from '#kernel';
import { canonicalJson } from './canonical-json.js';

/**
 * What of an event a seal holds fast: everything that a reader relies on, as it is stored. Not its place in the log: a restored
 * log is numbered anew (docs/adr/0002), and the order is held fast by the order within the seals.
 */
export interface SealableEvent {
  readonly eventId: string;
  readonly commandId: string;
  readonly streamKind: string;
  readonly streamId: string;
  readonly streamVersion: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: Json;
  readonly metadata: Json;
  readonly actor: string;
  readonly issuer: string;
  readonly requestId: string;
  readonly sourceAddress: string | null;
  readonly userAgent: string | null;
  readonly correlationId: string;
  readonly causationId: string | null;
  /** ISO 8601 in UTC with microseconds, without zeros at its end; a Date would lose them. */
  readonly recordedAt: string;
}

/** Of SHA-256. */
export const DIGEST_BYTES = 32;

/** SHA-256 of the event's canonical JSON: its fields by the names above. */
export function eventDigest(event: SealableEvent): Buffer {
  // Field by field: what an event carries beside these does not belong to its digest.
  const fields: Readonly<Record<keyof SealableEvent, Json>> = {
    eventId: event.eventId,
    commandId: event.commandId,
    streamKind: event.streamKind,
    streamId: event.streamId,
    streamVersion: event.streamVersion,
    type: event.type,
    schemaVersion: event.schemaVersion,
    data: event.data,
    metadata: event.metadata,
    actor: event.actor,
    issuer: event.issuer,
    requestId: event.requestId,
    sourceAddress: event.sourceAddress,
    userAgent: event.userAgent,
    correlationId: event.correlationId,
    causationId: event.causationId,
    recordedAt: event.recordedAt,
  };
  return createHash('sha256').update(canonicalJson(fields)).digest();
}
