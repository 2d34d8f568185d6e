import { z } from 'zod';
import { type ProblemKind, problemKinds } from '../frame/problem.js';

const kinds = Object.keys(problemKinds) as ProblemKind[];

/** Why something was ruled out, and what was below that. */
export const reasonSchema = z
  .strictObject({
    rule: z.string().meta({ description: 'Names the rule; does not change.' }),
    detail: z.string().meta({ description: 'For people.' }),
    values: z
      .record(z.string(), z.union([z.string(), z.number(), z.array(z.string())]))
      .optional()
      .meta({ description: 'What detail says, for programs: names, counts, and sizes with their unit in the name.' }),
    get because() {
      return z.array(reasonSchema).optional();
    },
  })
  .meta({ id: 'Reason', description: 'Why something was ruled out, by which rule, and what was below that.' });

/** RFC 9457, as every refusal under /v1 is. */
export const problemSchema = z
  .strictObject({
    type: z.enum(kinds.map((kind) => `urn:brickyard:problem:${kind}` as const)),
    status: z.number().int(),
    title: z.string(),
    detail: z.string().meta({ description: 'What is wrong here, and what to do about it.' }),
    requestId: z.string().meta({ description: 'Names the request in the log and in events.' }),
    reasons: z.array(reasonSchema).optional(),
    errors: z
      .array(z.strictObject({ field: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'The wrong parts of the request, each with its remedy.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });
