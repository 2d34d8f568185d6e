import { z } from 'zod';
import { pageFields, pageOf, timeAnswer } from '../frame/fields.js';
import { v1Route } from '../frame/route.js';

const anchor = z.strictObject({
  number: z.int().meta({ description: 'Of the seal: 1, 2, 3 ...' }),
  hash: z.string().meta({ description: 'SHA-256, hex: stands for every event up to this seal.' }),
  totalEvents: z.int().meta({ description: 'How many events these are.' }),
  sealedAt: timeAnswer,
  keyId: z.string().nullable().meta({ description: 'The key that it is signed with; null: it is not signed.' }),
  signature: z.string().nullable().meta({ description: 'Ed25519 over the 32 bytes of the hash, Base64.' }),
});

export const listAnchors = v1Route({
  method: 'GET',
  path: '/v1/audit/anchors',
  operationId: 'listAnchors',
  summary: 'List anchors of the seals over the log, the newest first',
  description:
    'Kept where nobody of the database can write, one anchor shows whether the log up to there is still what it was: ' +
    '`brickyard audit verify --anchors FILE` takes an answer of this list.',
  tag: 'audit',
  roles: ['admin', 'auditor'],
  query: z.strictObject(pageFields),
  answers: { 200: { description: 'A page of anchors.', schema: z.strictObject(pageOf(anchor)) } },
});
