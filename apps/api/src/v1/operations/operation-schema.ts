import { operationKinds } from '#domain';
import { z } from 'zod';
import { idField, timeAnswer } from '../frame/fields.js';
import { reasonSchema } from '../openapi/problem-schema.js';

export const statuses = ['accepted', 'running', 'compensating', 'succeeded', 'failed'] as const;
export const subjectKinds = ['node', 'device', 'volume'] as const;

const count = z.number().int().min(0);
const kind = z.enum(operationKinds);

const progress = z.strictObject({
  phase: z.string().nullable().meta({ description: 'The phase that was started last; null before the first one.' }),
  stepsDone: count.meta({ description: 'Steps that have succeeded and are not undone.' }),
  stepsUndone: count,
  stepsPlanned: count.nullable().meta({
    description:
      'Steps of the phases that were started, and those that are still to come as far as they are known without planning: one a phase, and one a brick of the volume. Null where that is not known. Of an operation that has ended, those that it has had.',
  }),
});

/** What lists tell of an operation. */
export const operationSummary = z.strictObject({
  id: idField,
  kind,
  status: z.enum(statuses).meta({ description: '`compensating`: what was done is being undone.' }),
  subject: z.strictObject({ kind: z.enum(subjectKinds), id: z.string() }),
  clusterId: z.string(),
  requestedBy: z.strictObject({
    actor: z.string(),
    issuer: z.string().meta({ description: '`brickyard`: the system itself.' }),
    requestId: z.string(),
  }),
  acceptedAt: timeAnswer,
  startedAt: timeAnswer.nullable(),
  endedAt: timeAnswer.nullable(),
  attempts: count.meta({ description: 'Runs by workers, the present one included.' }),
  worker: z.string().nullable().meta({ description: 'Of the last run.' }),
  progress,
  waitsFor: z
    .strictObject({ operationId: z.string(), kind, status: z.enum(statuses), resource: z.string() })
    .nullable()
    .meta({ description: 'The first operation in its lane: both want the resource.' }),
  nodesOutOfReach: z
    .array(z.strictObject({ nodeId: z.string(), since: timeAnswer }))
    .meta({ description: 'Nodes that the last run could not reach when it began.' }),
  cancelRequested: z.strictObject({ by: z.string(), issuer: z.string() }).nullable(),
  failure: z
    .strictObject({ reason: z.string(), reasons: z.array(reasonSchema) })
    .nullable()
    .meta({
      description:
        'Of one that failed or is being undone. `reasons` leads from phase and step to what the nodes said; in lists it is empty where there would be too much to read.',
    }),
  location: z.string().nullable().meta({ description: "Path of the result in Heketi's API." }),
  cleanupId: z.string().nullable().meta({ description: 'The operation that does what this one left on the nodes.' }),
});

const command = z.strictObject({
  node: z.string(),
  command: z.string().meta({ description: 'Secrets masked.' }),
  exitCode: z.number().int().nullable().meta({ description: 'Null where none came back.' }),
  durationMs: z.number(),
  stderr: z.string().optional().meta({ description: 'The end of it, where the command failed.' }),
});

const stepTry = z.strictObject({
  way: z.enum(['forward', 'undo']),
  outcome: z.enum(['succeeded', 'failed']),
  at: timeAnswer,
  attempt: count,
  worker: z.string(),
  reason: z.string().nullable(),
  observed: z.unknown().meta({ description: 'What the step saw.' }),
  commands: z.array(command).meta({ description: 'Empty for the role `user`.' }),
});

const step = z.strictObject({
  name: z.string(),
  status: z.enum(['started', 'succeeded', 'failed', 'undone']),
  tries: z.array(stepTry).meta({ description: 'In the order in which they ended.' }),
});

/** An operation with its course. */
export const operationDetail = operationSummary.extend({
  resources: z.array(z.string()).meta({ description: 'What it holds while it runs, and waits for before.' }),
  runs: z.array(z.strictObject({ attempt: count, worker: z.string(), startedAt: timeAnswer })),
  phases: z.array(z.strictObject({ name: z.string(), startedAt: timeAnswer, steps: z.array(step) })),
  cancelRequestedAt: timeAnswer.nullable(),
  compensatingSince: timeAnswer.nullable(),
});
