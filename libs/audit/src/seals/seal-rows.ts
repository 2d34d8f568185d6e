import type { Sql } from '#kernel';
import { type Anchor, anchorOf } from './anchor.js';
import { utcText } from './event-rows.js';
import type { Seal } from './seal.js';

/** A row of brickyard.seal as the driver gives it: bigint is text. */
interface SealRow {
  readonly number: string;
  readonly event_count: number;
  readonly total_events: string;
  readonly event_ids: readonly string[];
  readonly event_digests: Buffer;
  readonly previous_hash: Buffer;
  readonly hash: Buffer;
  readonly sealed_at: string;
  readonly key_id: string | null;
  readonly signature: Buffer | null;
}

type AnchorRow = Omit<SealRow, 'event_count' | 'event_ids' | 'event_digests' | 'previous_hash'>;

const anchorColumns = `s.number, s.total_events, s.hash, ${utcText('s.sealed_at')} as sealed_at, s.key_id, s.signature`;
const columns = `${anchorColumns}, s.event_count, s.event_ids, s.event_digests, s.previous_hash`;

function readAnchorRow(row: AnchorRow): Omit<Seal, 'eventIds' | 'eventDigests' | 'eventCount' | 'previousHash'> {
  return {
    number: Number(row.number),
    totalEvents: Number(row.total_events),
    hash: row.hash.toString('hex'),
    sealedAt: row.sealed_at,
    keyId: row.key_id,
    signature: row.signature,
  };
}

function readRow(row: SealRow): Seal {
  return {
    ...readAnchorRow(row),
    eventCount: row.event_count,
    eventIds: row.event_ids,
    eventDigests: row.event_digests,
    previousHash: row.previous_hash.toString('hex'),
  };
}

/** The newest seals before a number, newest first. @param before null: from the newest on */
export async function sealsBefore(sql: Sql, before: number | null, limit: number): Promise<Seal[]> {
  const rows = await sql.query<SealRow>(
    `select ${columns} from brickyard.seal s where $1::bigint is null or s.number < $1 order by s.number desc limit $2`,
    [before, limit],
  );
  return rows.map(readRow);
}

/** The next seals after a number, oldest first. */
export async function sealsAfter(sql: Sql, after: number, limit: number): Promise<Seal[]> {
  const rows = await sql.query<SealRow>(
    `select ${columns} from brickyard.seal s where s.number > $1 order by s.number limit $2`,
    [after, limit],
  );
  return rows.map(readRow);
}

/** What to keep of the newest seals before a number outside of the database, newest first. @param before null: from the newest on */
export async function readAnchors(sql: Sql, before: number | null, limit: number): Promise<Anchor[]> {
  const rows = await sql.query<AnchorRow>(
    `select ${anchorColumns} from brickyard.seal s where $1::bigint is null or s.number < $1 order by s.number desc limit $2`,
    [before, limit],
  );
  return rows.map((row) => anchorOf(readAnchorRow(row)));
}

const insert = `
insert into brickyard.seal (
  number, event_count, total_events, event_ids, event_digests, previous_hash, hash, sealed_at, key_id, signature)
values ($1, $2, $3, $4::uuid[], $5, $6, $7, $8::timestamptz, $9, $10)
on conflict do nothing
returning number`;

/** @returns false where another sealer was first: nothing is written then */
export async function insertSeal(sql: Sql, seal: Seal): Promise<boolean> {
  const rows = await sql.query(insert, [
    seal.number,
    seal.eventCount,
    seal.totalEvents,
    seal.eventIds,
    seal.eventDigests,
    Buffer.from(seal.previousHash, 'hex'),
    Buffer.from(seal.hash, 'hex'),
    seal.sealedAt,
    seal.keyId,
    seal.signature,
  ]);
  return rows.length > 0;
}
