import { operationKinds } from '#domain';
import { z } from 'zod';
import { timeAnswer } from '../frame/fields.js';
import { reasonSchema } from '../openapi/problem-schema.js';

const positionField = z.string().meta({ description: 'A place in the log, `TRANSACTION:POSITION`; `asOf` takes it.' });

const command = z.strictObject({
  node: z.string().meta({ description: 'The manage hostname of the node that it ran on.' }),
  command: z.string().meta({ description: 'As it ran, secrets masked.' }),
  exitCode: z.number().int().nullable().meta({ description: 'Null where none came back.' }),
  durationMs: z.number().meta({ description: 'How long it took.' }),
  stderr: z.string().optional().meta({ description: 'The end of it, where the command failed.' }),
});

const step = z.strictObject({
  at: timeAnswer,
  phase: z.string().meta({ description: 'Phases follow each other; the steps of one are carried out side by side.' }),
  step: z.string().meta({ description: 'Such as `brick ID`.' }),
  result: z
    .enum(['done', 'failed', 'undone', 'not-undone'])
    .meta({ description: '`not-undone`: what it left could not be removed, in this try.' }),
  reason: z.string().nullable().meta({ description: 'Why it failed.' }),
  observed: z.unknown().meta({ description: 'What the step found on the node; its shape belongs to the step.' }),
  commands: z.array(command).meta({ description: 'In the order in which they ended.' }),
});

const operation = z.strictObject({
  operationId: z.string(),
  kind: z.enum(operationKinds),
  subject: z.strictObject({ kind: z.enum(['node', 'device', 'volume']), id: z.string() }),
  status: z.enum(['none', 'accepted', 'running', 'compensating', 'succeeded', 'failed']),
  reason: z.string().nullable().meta({ description: 'Why it failed or is being undone.' }),
  acceptedAt: timeAnswer,
  endedAt: timeAnswer.nullable(),
  runs: z.array(z.strictObject({ at: timeAnswer, worker: z.string(), attempt: z.number().int() })),
  cancelledBy: z.strictObject({ at: timeAnswer, actor: z.string(), issuer: z.string() }).nullable(),
  undoneFrom: timeAnswer.nullable().meta({ description: 'When its steps began to be undone.' }),
  steps: z.array(step).meta({ description: 'Of an operation on another object those that concern this one.' }),
  cleanupId: z.string().nullable().meta({ description: 'The operation that does what this one left on nodes.' }),
});

const event = z.strictObject({
  position: positionField,
  at: timeAnswer,
  type: z.string().meta({ description: 'Such as `VolumeCreated`.' }),
  what: z.string().meta({ description: 'What happened, as a sentence; the wording may change.' }),
  object: z.strictObject({ kind: z.string(), id: z.string() }).meta({ description: 'In whose stream it is.' }),
  data: z.unknown().meta({ description: 'What happened, without secrets.' }),
});

const refusal = z.strictObject({
  method: z.string(),
  path: z.string(),
  status: z.number().int(),
  text: z.string().meta({ description: 'What the client was told.' }),
  reasons: z.array(reasonSchema),
});

export const historyEntry = z
  .strictObject({
    position: positionField,
    at: timeAnswer,
    type: z.string().meta({ description: 'Of its first event.' }),
    what: z.string().meta({ description: 'What happened, as a sentence; the wording may change.' }),
    actor: z.string().meta({ description: 'Who: the subject of the token, its issuer, or the process.' }),
    issuer: z.string().meta({ description: 'Who vouches for the actor; `brickyard`: the system itself.' }),
    requestId: z.string().meta({ description: 'Of the request that began it; `/v1/requests/{requestId}` takes it.' }),
    sourceAddress: z.string().nullable().meta({ description: 'Where the request came from.' }),
    userAgent: z.string().nullable().meta({ description: 'What the client said that it is.' }),
    operationId: z.string().nullable().meta({ description: 'The operation that carried it out; null: none.' }),
    events: z.array(event).meta({ description: 'Those that changed the object, or what belongs to it.' }),
    operation: operation.nullable(),
    refusal: refusal.nullable(),
  })
  .meta({ id: 'HistoryEntry' });
