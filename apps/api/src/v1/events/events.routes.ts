import { isPosition } from '#event-store';
import { z } from 'zod';
import { eventSchema } from '../audit/event-json.js';
import { idField } from '../frame/fields.js';
import { v1Route } from '../frame/route.js';

const after = z
  .string()
  .regex(/^(0|[1-9]\d{0,19}):(0|[1-9]\d{0,19})$/, {
    error: 'must be the id of an event of a stream, such as 1234:56; 0:0 is the beginning of the log',
    abort: true,
  })
  .refine(isPosition, 'is no place that a log can have')
  .optional()
  .meta({
    description:
      'Where to go on: the id of the last event that was received. A `Last-Event-ID` header, as browsers send it, wins. `0:0`: from the beginning.',
  });

const STREAM =
  'Server-sent events: `id` is the place in the log, `event` the type, `data` the event as JSON on one line. Every event once, in the order of the log. Nothing for 15 s: a comment, with the id up to which there is nothing. The stream ends when its token expires or the replica stops: connect again with the last id, to any replica.';
const TOO_MANY = 'The replica has too many streams open, or is about to stop: try again, or another one.';

export const streamEvents = v1Route({
  method: 'GET',
  path: '/v1/events',
  operationId: 'streamEvents',
  summary: 'Follow everything that happens',
  description: `${STREAM} It begins with the present unless \`after\` says otherwise.`,
  tag: 'audit',
  roles: ['admin', 'auditor'],
  query: z.strictObject({
    after,
    kind: z.string().optional().meta({ description: 'Of the stream that an event is in, such as `volume`.' }),
    type: z.string().optional().meta({ description: 'Such as `VolumeCreated`.' }),
  }),
  answers: { 200: { description: 'One event.', schema: eventSchema, contentType: 'text/event-stream' } },
  refusals: { 503: TOO_MANY },
});

export const streamOperation = v1Route({
  method: 'GET',
  path: '/v1/operations/{id}/events',
  operationId: 'streamOperation',
  summary: 'Follow an operation to its end',
  description: `${STREAM} It begins with the acceptance of the operation unless \`after\` says otherwise, and ends with its end; asked to go on after that, it answers 204. The role \`user\` sees the operations that its issuer asked for, and none of the commands.`,
  tag: 'operations',
  roles: ['admin', 'auditor', 'user'],
  params: z.strictObject({ id: idField }),
  query: z.strictObject({ after }),
  answers: { 200: { description: 'One event.', schema: eventSchema, contentType: 'text/event-stream' } },
  refusals: { 503: TOO_MANY },
});
