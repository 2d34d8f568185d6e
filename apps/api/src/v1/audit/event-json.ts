import type { RecordedEvent } from '#event-store';
import { maskTexts } from '#kernel';
import { z } from 'zod';
import { timeAnswer } from '../frame/fields.js';

/** An event as our routes give it. */
export const eventSchema = z
  .strictObject({
    position: z.string().meta({ description: 'Its place in the log: what `asOf` takes.' }),
    eventId: z.uuid(),
    type: z.string().meta({ description: 'Such as `VolumeCreated`.', examples: ['VolumeCreateAccepted'] }),
    schemaVersion: z.int().min(1).meta({ description: 'The version of the shape of `data`.' }),
    recordedAt: timeAnswer,
    stream: z
      .strictObject({ kind: z.string(), id: z.string(), version: z.int().min(1) })
      .meta({ description: 'The object that it belongs to, and which of its events it is.' }),
    actor: z.string().meta({ description: 'Who: the subject of the token, its issuer, or the process.' }),
    issuer: z
      .string()
      .meta({ description: '`admin`, `user`, `auditor`; `brickyard` for its own work; `none`: nobody.' }),
    requestId: z.string(),
    sourceAddress: z.string().nullable(),
    userAgent: z.string().nullable(),
    correlationId: z.string().meta({ description: 'The operation that it belongs to, else the request.' }),
    causationId: z.string().nullable(),
    data: z.unknown().meta({ description: 'What happened, without secrets.' }),
  })
  .meta({ id: 'Event' });

/** Secrets are masked before an event is written; here for logs that an earlier version has written, too. */
export function eventJson(recorded: RecordedEvent): z.input<typeof eventSchema> {
  const { position, eventId, event, schemaVersion, recordedAt, attribution } = recorded;
  const { actor, issuer, requestId, sourceAddress, userAgent, correlationId, causationId } = attribution;
  return {
    position,
    eventId,
    type: event.type,
    schemaVersion,
    recordedAt: recordedAt.toISOString(),
    stream: { kind: recorded.streamKind, id: recorded.streamId, version: recorded.streamVersion },
    actor,
    issuer,
    requestId,
    sourceAddress,
    userAgent,
    correlationId,
    causationId,
    data: maskTexts(event.data),
  };
}
