import { evolvers, type StreamKind } from '#domain';
import type { Sql } from '#kernel';

/** One stream of the log that has an object. Others, such as those of refused requests, have no row in the read model. */
export interface StreamName {
  readonly kind: StreamKind;
  readonly id: string;
}

const objectKinds = Object.keys(evolvers);

/** Every such stream that the log has, a page at a time. */
export async function* allStreams(sql: Sql, pageSize: number): AsyncGenerator<StreamName[]> {
  let after: StreamName | undefined;
  for (;;) {
    const page: StreamName[] = await sql.query<StreamName>(
      `select kind, id from brickyard.event_stream
       where (kind, id) > ($1, $2) and kind = any($4) order by kind, id limit $3`,
      [after?.kind ?? '', after?.id ?? '', pageSize, objectKinds],
    );
    if (page.length > 0) yield page;
    after = page.at(-1);
    if (page.length < pageSize) return;
  }
}

/**
 * Streams with events that a snapshot with this xmin may not have seen: every event of an older transaction was in it.
 * Some of the answer may have been seen all the same.
 */
export async function streamsChangedSince(sql: Sql, xmin: string): Promise<StreamName[]> {
  return await sql.query<StreamName>(
    `select distinct stream_kind as kind, stream_id as id from brickyard.event
     where transaction_id >= $1::text::xid8 and stream_kind = any($2) order by kind, id`,
    [xmin, objectKinds],
  );
}

/** The oldest transaction that was still running at the snapshot of this very transaction. */
export async function snapshotXmin(sql: Sql): Promise<string> {
  const [row] = await sql.query<{ xmin: string }>('select pg_snapshot_xmin(pg_current_snapshot())::text as xmin');
  if (row === undefined) throw new Error('Postgres gave no snapshot');
  return row.xmin;
}

/** The list cut into pieces. */
export function pagesOf<T>(all: readonly T[], pageSize: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / pageSize) }, (_, nth) =>
    all.slice(nth * pageSize, (nth + 1) * pageSize),
  );
}
