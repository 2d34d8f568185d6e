import { operationKinds } from '#domain';
import { z } from 'zod';
import { idField, pageFields, pageOf } from '../frame/fields.js';
import { v1Route } from '../frame/route.js';
import { operationDetail, operationSummary, statuses, subjectKinds } from './operation-schema.js';

const OWN = 'The role `user` sees the operations that its issuer asked for, and none of the commands.';
const MAX_WAIT_SECONDS = 60;

export const listOperations = v1Route({
  method: 'GET',
  path: '/v1/operations',
  operationId: 'listOperations',
  summary: 'List operations, newest first',
  description: OWN,
  tag: 'operations',
  roles: ['admin', 'auditor', 'user'],
  query: z.strictObject({
    ...pageFields,
    status: z
      .enum([...statuses, 'unfinished'])
      .optional()
      .meta({ description: '`unfinished`: accepted, running or compensating.' }),
    kind: z.enum(operationKinds).optional(),
    subjectKind: z.enum(subjectKinds).optional().meta({ description: 'Goes with `subjectId`.' }),
    subjectId: idField.optional(),
    cluster: idField.optional(),
    actor: z.string().optional().meta({ description: 'Who asked for it; of a cleanup the worker.' }),
    issuer: z.string().optional().meta({ description: 'Whose token it was: `admin`, `user`, or `brickyard`.' }),
  }),
  answers: { 200: { description: 'One page.', schema: z.strictObject(pageOf(operationSummary)) } },
});

export const getOperation = v1Route({
  method: 'GET',
  path: '/v1/operations/{id}',
  operationId: 'getOperation',
  summary: 'Read an operation, step by step',
  description: OWN,
  tag: 'operations',
  roles: ['admin', 'auditor', 'user'],
  params: z.strictObject({ id: idField }),
  query: z.strictObject({
    wait: z
      .string()
      .regex(/^\d{1,2}s$/, `must be whole seconds such as 30s, at most ${MAX_WAIT_SECONDS}s`)
      .transform((text) => Number(text.slice(0, -1)))
      .refine((seconds) => seconds <= MAX_WAIT_SECONDS, `must be at most ${MAX_WAIT_SECONDS}s`)
      .optional()
      .meta({ description: 'Answers when the operation has ended, or after so long, such as `30s`.' }),
  }),
  answers: { 200: { description: 'As it stands.', schema: operationDetail } },
});

export const cancelOperation = v1Route({
  method: 'POST',
  path: '/v1/operations/{id}:cancel',
  operationId: 'cancelOperation',
  summary: 'Give an operation up',
  description:
    'One that no worker has started has ended with the answer. One that runs lets the steps end that are under way, then undoes what was done; `GET ...?wait=60s` tells when that is over. To be asked again changes nothing. The role `user` cancels what its issuer asked for.',
  tag: 'operations',
  roles: ['admin', 'user'],
  params: z.strictObject({ id: idField }),
  answers: { 200: { description: 'As it stands with the request on record.', schema: operationDetail } },
  refusals: {
    409: 'It has ended, is being undone already, cleans up, or has begun a phase from which on there is no way back; `detail` says which.',
  },
});
