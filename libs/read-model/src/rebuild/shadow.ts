import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from '#event-store';
import { messageOf, type Database, type Logger, type Sql } from '#kernel';
import { holdOffWriters } from '../rebuild-lock.js';
import { readModelDdl } from '../tables.js';
import { replayStreams } from './replay.js';
import { allStreams, pagesOf, snapshotXmin, streamsChangedSince, type StreamName } from './streams.js';

export const SHADOW = 'read_model_next';
/** What a rebuild has replaced, until it is dropped. */
export const REPLACED = 'read_model_old';

/** A device's stream may have far more events than are held at once. */
const USUAL_STEPS = { streams: 500, events: 5_000 };
/** Few enough to be replayed while writers wait. */
const FEW_STREAMS = 200;
const ROUNDS_AT_MOST = 5;
const LOCK_ATTEMPTS = 30;
const PAUSE_MS = 500;
const LOCK_NOT_AVAILABLE = '55P03';

export interface ShadowParts {
  /** As the owner of the schemas, with at least three connections. */
  readonly owner: Database;
  readonly eventStore: EventStore;
  readonly logger: Logger;
  /** How many streams are replayed and written at once, and how many events are read at once. */
  readonly steps?: { readonly streams: number; readonly events: number };
}

/** Another rebuild or check is under way; one at a time. */
export class ShadowInUse extends Error {
  constructor() {
    super('another rebuild or check of the read model is running');
    this.name = 'ShadowInUse';
  }
}

/**
 * Builds the read model a second time beside the live one, from the log alone, while writers go on; then, with writers
 * waiting, brings it to the very end of the log and hands over. `finish` runs in that last transaction and may run again
 * where it could not get its locks. The shadow is dropped in any case.
 */
export async function withShadow<T>(parts: ShadowParts, finish: (tx: Sql) => Promise<T>): Promise<T> {
  const { owner, logger } = parts;
  return await owner.transaction(async (mutex) => {
    // It stays open, idle and without a transaction id, for as long as the building takes.
    await mutex.query('set local idle_in_transaction_session_timeout = 0');
    const [lock] = await mutex.query<{ taken: boolean }>(
      "select pg_try_advisory_xact_lock(hashtextextended('brickyard/read-model/shadow', 0)) as taken",
    );
    if (lock?.taken !== true) throw new ShadowInUse();
    try {
      await dropLeftovers(owner);
      const oid = await createShadow(owner);
      const xmin = await replayWhileWritersGoOn(parts);
      return await handOver(parts, xmin, oid, finish);
    } finally {
      await dropLeftovers(owner).catch((error: unknown) => {
        logger.warn(
          { error: messageOf(error) },
          'shadow of the read model not dropped, the next rebuild or check will',
        );
      });
    }
  });
}

async function dropLeftovers(owner: Database): Promise<void> {
  for (const schema of [SHADOW, REPLACED]) await owner.query(`drop schema if exists ${schema} cascade`);
}

async function createShadow(owner: Database): Promise<string> {
  return await owner.transaction(async (tx) => {
    for (const statement of readModelDdl(SHADOW)) await tx.query(statement);
    return await shadowOid(tx);
  });
}

async function shadowOid(sql: Sql): Promise<string> {
  const [row] = await sql.query<{ oid: string | null }>(`select to_regnamespace('${SHADOW}')::oid::text as oid`);
  return row?.oid ?? 'none';
}

/** Rounds over what the one before has not seen, until little is left. @returns what the last round has not seen, as its xmin */
async function replayWhileWritersGoOn(parts: ShadowParts): Promise<string> {
  let { xmin } = await parts.owner.transaction((read) => replayRound(parts, read, null));
  for (let round = 2; round <= ROUNDS_AT_MOST; round += 1) {
    const since = xmin;
    const next = await parts.owner.transaction((read) => replayRound(parts, read, since));
    xmin = next.xmin;
    if (next.streams <= FEW_STREAMS) break;
  }
  return xmin;
}

/** One snapshot for the whole round, so that names that were unique at one instant are unique in what it writes. */
async function replayRound(
  parts: ShadowParts,
  read: Sql,
  since: string | null,
): Promise<{ xmin: string; streams: number }> {
  await read.query('set transaction isolation level repeatable read, read only');
  const xmin = await snapshotXmin(read);
  const streams = await replayInto(parts, read, parts.owner, since);
  return { xmin, streams };
}

async function replayInto(parts: ShadowParts, read: Sql, write: Sql, since: string | null): Promise<number> {
  const { eventStore, logger, steps = USUAL_STEPS } = parts;
  const target = { eventStore, read, write, schema: SHADOW, eventsPerRead: steps.events };
  const startedAt = performance.now();
  let streams = 0;
  let events = 0;
  const pages = since === null ? allStreams(read, steps.streams) : changedStreams(read, write, since, steps.streams);
  for await (const page of pages) {
    events += await replayStreams(target, page);
    streams += page.length;
  }
  logger.info({ streams, events, durationMs: Math.round(performance.now() - startedAt) }, 'events replayed');
  return streams;
}

/**
 * What holds a name is taken out before anything is written: the name may have passed to another volume or node since the
 * last round. Such streams are short and are replayed whole.
 */
async function* changedStreams(read: Sql, write: Sql, since: string, pageSize: number): AsyncGenerator<StreamName[]> {
  const changed = await streamsChangedSince(read, since);
  const ids = (kind: string): string[] => changed.filter((stream) => stream.kind === kind).map(({ id }) => id);
  await write.query(`delete from ${SHADOW}.volume where id = any($1)`, [ids('volume')]);
  await write.query(`delete from ${SHADOW}.node where id = any($1)`, [ids('node')]);
  await write.query(`delete from ${SHADOW}.hostname where node_id = any($1)`, [ids('node')]);
  yield* pagesOf(changed, pageSize);
}

async function handOver<T>(parts: ShadowParts, xmin: string, oid: string, finish: (tx: Sql) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await parts.owner.transaction(async (tx) => {
        await tx.query("set local lock_timeout = '5s'");
        await tx.query(holdOffWriters);
        if ((await shadowOid(tx)) !== oid) throw new ShadowInUse();
        await replayInto(parts, tx, tx, xmin);
        return await finish(tx);
      });
    } catch (error) {
      if (attempt === LOCK_ATTEMPTS || !isLockTimeout(error)) throw error;
      parts.logger.warn({ attempt }, 'the read model is in use, trying again');
      await delay(PAUSE_MS);
    }
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE;
}
