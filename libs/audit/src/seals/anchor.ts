import { z } from 'zod';
import type { Seal } from './seal.js';

/**
 * What is kept of a seal outside of the database. The hash of one anchor pins down every event up to there: the log with which
 * it agrees is the one of then.
 */
export interface Anchor {
  readonly number: number;
  readonly hash: string;
  readonly totalEvents: number;
  readonly sealedAt: string;
  readonly keyId: string | null;
  /** Base64. */
  readonly signature: string | null;
}

export function anchorOf(seal: Omit<Seal, 'eventIds' | 'eventDigests' | 'eventCount' | 'previousHash'>): Anchor {
  const { number, hash, totalEvents, sealedAt, keyId, signature } = seal;
  return { number, hash, totalEvents, sealedAt, keyId, signature: signature?.toString('base64') ?? null };
}

const anchorSchema = z.object({
  number: z.int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  totalEvents: z.int().positive(),
  sealedAt: z.string(),
  keyId: z.string().nullable(),
  signature: z.string().nullable(),
});

/**
 * Reads anchors that were kept: the JSON that `brickyard audit anchors` writes, an answer of `/v1/audit/anchors`, or the log of
 * the service, whose lines carry them in a field `anchor`; other lines of it are passed over.
 * @throws Error where there is no anchor in the text, or one that is not whole
 */
export function parseAnchors(text: string): Anchor[] {
  const found = values(text).flatMap((value) => {
    const candidate = isObject(value) && 'anchor' in value ? value['anchor'] : value;
    return isObject(candidate) && 'hash' in candidate && 'number' in candidate ? [candidate] : [];
  });
  if (found.length === 0) {
    throw new Error(
      'there is no anchor in it: wanted is what "brickyard audit anchors -o json" writes, or lines of the service\'s log that have a field "anchor"',
    );
  }
  return found.map((candidate) => {
    const parsed = anchorSchema.safeParse(candidate);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const place = issue?.path.join('.') ?? '';
    throw new Error(
      `the anchor of seal ${String(candidate['number'])} is not whole: ${place}: ${issue?.message ?? ''}`,
    );
  });
}

/** One JSON document, or one in each line; lines that are none are not ours. */
function values(text: string): unknown[] {
  const whole = parsed(text);
  if (isObject(whole) && Array.isArray(whole['items'])) return whole['items'];
  if (whole !== undefined) return Array.isArray(whole) ? whole : [whole];
  return text.split('\n').map(parsed);
}

/** @returns undefined where the text is not JSON */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
