import { EVENTS_LOOKED_AT, type EventFilter, objectKinds } from '#audit';
import { z } from 'zod';
import { pageFields, pageOf, timeField } from '../frame/fields.js';
import { v1Route } from '../frame/route.js';
import { eventSchema } from './event-json.js';

const word = (description: string) =>
  z.string('must be sent once').min(1, 'is empty: leave it out').max(256).optional().meta({ description });

const OBJECT = new RegExp(`^(${objectKinds.join('|')})/([A-Za-z0-9._-]{1,128})$`);

const filterFields = {
  object: z
    .string()
    .regex(OBJECT, `must be a kind and an id, such as volume/ID; kinds are ${objectKinds.join(', ')}`)
    .optional()
    .meta({
      description: 'Events of an object, that name it, or of operations on it: `volume/ID`.',
      examples: ['volume/0123456789abcdef0123456789abcdef'],
    }),
  actor: word('Who.'),
  issuer: word('Who vouches for the actor: `admin`, `user`, `auditor`, `brickyard`, `none`.'),
  type: word('The type of the event, such as `VolumeCreated` or `RequestRefused`.'),
  requestId: word('The request that led to it, as in the log and in problems.'),
  sourceAddress: word('Where the request came from.'),
  from: timeField.optional().meta({ description: 'Recorded at this time or later.' }),
  to: timeField.optional().meta({ description: 'Recorded before this time.' }),
  order: z
    .enum(['oldest-first', 'newest-first'], 'must be oldest-first or newest-first')
    .default('oldest-first')
    .meta({ description: 'The order of the log, or its reverse.', default: 'oldest-first' }),
};

type FilterQuery = z.output<z.ZodObject<typeof filterFields>>;

/** The filter behind the parameters. */
export function filterOf({
  object,
  from,
  to,
  actor,
  issuer,
  type,
  requestId,
  sourceAddress,
}: FilterQuery): EventFilter {
  const [, kind, id] = OBJECT.exec(object ?? '') ?? [];
  const known = objectKinds.find((each) => each === kind);
  return {
    ...(known === undefined || id === undefined ? {} : { object: { kind: known, id } }),
    ...(actor === undefined ? {} : { actor }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(type === undefined ? {} : { type }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(sourceAddress === undefined ? {} : { sourceAddress }),
    ...(from === undefined ? {} : { from: new Date(from) }),
    ...(to === undefined ? {} : { to: new Date(to) }),
  };
}

export const listEvents = v1Route({
  method: 'GET',
  path: '/v1/audit/events',
  operationId: 'listAuditEvents',
  summary: 'Search the log',
  description: `Every parameter that is given must hold. One request looks at ${EVENTS_LOOKED_AT.toString()} events at most, so a page may be short or empty although more follow: go on while \`next\` is not null. An event shows up once every older transaction has ended.`,
  tag: 'audit',
  roles: ['admin', 'auditor'],
  query: z.strictObject({ ...pageFields, ...filterFields }),
  answers: { 200: { description: 'A page of events.', schema: z.strictObject(pageOf(eventSchema)) } },
});

export const exportEvents = v1Route({
  method: 'GET',
  path: '/v1/audit/events:export',
  operationId: 'exportAuditEvents',
  summary: 'Export the log',
  description:
    'All events that the parameters want, one a line, up to where the log ended when the request came. An answer that breaks off before its last chunk is not whole.',
  tag: 'audit',
  roles: ['admin', 'auditor'],
  query: z.strictObject(filterFields),
  answers: { 200: { description: 'Events, one a line.', contentType: 'application/x-ndjson', schema: eventSchema } },
});

export const getRequest = v1Route({
  method: 'GET',
  path: '/v1/requests/{requestId}',
  operationId: 'getRequest',
  summary: 'Ask what became of a request',
  description: `By the id that the client sent as \`X-Request-Id\`, or that it was given with a refusal. Clients may use an id twice. A refusal is there within a second; in a flood of them only some are, and the others are counted (\`RequestsRefused\`).`,
  tag: 'audit',
  roles: ['admin', 'auditor'],
  params: z.strictObject({
    requestId: z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/, 'must be the id of a request: letters, digits and . _ : -'),
  }),
  answers: {
    200: {
      description: 'What the log knows of it.',
      schema: z
        .strictObject({
          requestId: z.string(),
          outcome: z.enum(['changed', 'refused', 'changed-and-refused']).meta({
            description:
              '`changed`: it led to events. `changed-and-refused`: a commit whose answer was lost, or an id that was used twice.',
          }),
          refusals: z.array(eventSchema).meta({ description: 'Why it was refused, with the reasons: `data.reasons`.' }),
          operations: z.array(z.string()).meta({ description: 'Operations that it began.' }),
          events: z.array(eventSchema).meta({ description: 'What it changed: the first events.' }),
          more: z.boolean().meta({ description: 'Whether there are more events: search by `requestId`.' }),
        })
        .meta({ id: 'RequestTrace' }),
    },
  },
  refusals: { 404: 'The log knows nothing of it: it changed nothing and was not refused, or it was one of a flood.' },
});
