import { expect } from 'vitest';
import { type Exchange, isEnd, operationIdOf } from '../history/exchange.js';
import { Client } from './client.js';
import type { Recorder } from './recorder.js';

export interface BurstSettings {
  readonly recorder: Recorder;
  readonly clusterId: string;
  /** Of the names of its clients and volumes. */
  readonly name: string;
  readonly size: number;
  /** Called once, when all creations are accepted and some have ended. */
  inTheMiddle(): Promise<void>;
}

/** One creation, as its client saw it, in ms of the history's clock. */
export interface Life {
  readonly sentAt: number;
  readonly acceptedAt: number;
  readonly endedAt: number;
}

export interface Burst {
  /** In the order of their acceptance. */
  readonly lives: readonly Life[];
  /** When `inTheMiddle` was called. */
  readonly middleAt: number;
}

const PATIENCE_MS = 900_000;
/** The share of creations that have ended, at least, when it is the middle. */
const SOME = 1 / 8;

/** Creates volumes, all at once, each followed to its end, and deletes them again. */
export async function burst(settings: BurstSettings): Promise<Burst> {
  const { recorder, clusterId, name, size } = settings;
  const first = recorder.exchanges.length;
  const acceptedBefore = recorder.accepted;
  let ended = 0;
  const middle: number[] = [];
  const volumeIds = await Promise.all(
    Array.from({ length: size }, async (_, i) => {
      const client = new Client(recorder, { name: `${name}-${i}`, keyed: false, patienceMs: PATIENCE_MS });
      const change = await client.create(`${name}-${i}`, 1, clusterId, 1);
      expect(change.outcome).toBe('succeeded');
      ended += 1;
      if (middle.length === 0 && ended >= size * SOME && recorder.accepted === acceptedBefore + size) {
        middle.push(performance.now());
        await settings.inTheMiddle();
      }
      return change.outcome === 'succeeded' ? (change.volumeId ?? '') : '';
    }),
  );
  const lives = livesOf(recorder.exchanges.slice(first));
  const [middleAt] = middle;
  if (middleAt === undefined) throw new Error('the last creation was accepted when all others had ended');
  await Promise.all(
    volumeIds.map(async (id, i) => {
      const client = new Client(recorder, { name: `${name}-${i}`, keyed: false, patienceMs: PATIENCE_MS });
      expect((await client.remove(id)).outcome).toBe('succeeded');
    }),
  );
  return { lives, middleAt };
}

function livesOf(exchanges: readonly Exchange[]): Life[] {
  const begun = new Map<string, Omit<Life, 'endedAt'>>();
  const lives: Life[] = [];
  for (const { method, path, answer, invokedAt, returnedAt } of exchanges) {
    if (answer === null) continue;
    const operationId = operationIdOf(method === 'POST' ? answer.location : path);
    if (operationId === null) continue;
    if (method === 'POST') begun.set(operationId, { sentAt: invokedAt, acceptedAt: returnedAt });
    const life = begun.get(operationId);
    if (life !== undefined && isEnd(answer)) lives.push({ ...life, endedAt: returnedAt });
  }
  return lives.toSorted((a, b) => a.acceptedAt - b.acceptedAt);
}
