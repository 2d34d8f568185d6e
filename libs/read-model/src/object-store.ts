import { evolvers, type StateOf, type StreamKind } from '#domain';
import type { Sql } from '#kernel';
import type { Loaded } from './ledger.js';

interface ObjectColumns {
  readonly version: string;
  readonly doc: unknown;
}

/**
 * Reads one object's state and version in a transaction. An object without a row has the version of its stream, so that
 * what was deleted cannot be mistaken for what never was.
 * @param lock holds the object until the end of the transaction
 */
export async function loadObject<K extends StreamKind>(
  tx: Sql,
  kind: K,
  id: string,
  lock: boolean,
): Promise<Loaded<StateOf<K>>> {
  if (lock) {
    // The stream is locked, not the row, because an append locks the stream first: the other order would deadlock with it.
    const [held] = await tx.query<ObjectColumns & { stream_version: string }>(
      `select s.version as stream_version, o.version, o.doc
       from brickyard.event_stream s left join read_model.${kind} o on o.id = s.id
       where s.kind = $1 and s.id = $2 for update of s`,
      [kind, id],
    );
    if (held !== undefined && held.version === held.stream_version) return loaded(held);
    // No row, or the lock had to be waited for: the row is then older than the lock. Now that it is held, look again.
  }
  // Row and stream in one statement, hence one snapshot: read one after the other they could belong to two states.
  const [found] = await tx.query<{ stream_version: string | null; version: string | null; doc: unknown }>(
    `select s.version as stream_version, o.version, o.doc
     from (select $2::text as id) k
     left join read_model.${kind} o on o.id = k.id
     left join brickyard.event_stream s on s.kind = $1 and s.id = k.id`,
    [kind, id],
  );
  if (found?.version == null) return { state: evolvers[kind].initial, version: Number(found?.stream_version ?? 0) };
  return loaded({ version: found.version, doc: found.doc });
}

/** The object's row alone; null where it has none. */
export async function readRow<K extends StreamKind>(sql: Sql, kind: K, id: string): Promise<Loaded<StateOf<K>> | null> {
  const [row] = await sql.query<ObjectColumns>(`select version, doc from read_model.${kind} where id = $1`, [id]);
  return row === undefined ? null : loaded(row);
}

/**
 * The rows of many objects of any kind in one statement, keyed by `kind/id`; those without a row are left out.
 * @param schema the live read model's, or a shadow's
 */
export async function readRows(
  sql: Sql,
  schema: string,
  streams: readonly { readonly kind: StreamKind; readonly id: string }[],
): Promise<Map<string, Loaded<StateOf<StreamKind>>>> {
  if (streams.length === 0) return new Map();
  const kinds = [...new Set(streams.map(({ kind }) => kind))];
  const parts = kinds.map(
    (kind, at) => `select '${kind}/' || id as key, version, doc from ${schema}.${kind} where id = any($${at + 1})`,
  );
  const ids = kinds.map((kind) => streams.filter((stream) => stream.kind === kind).map(({ id }) => id));
  const rows = await sql.query<ObjectColumns & { key: string }>(parts.join(' union all '), ids);
  return new Map(rows.map((row) => [row.key, loaded(row)]));
}

function loaded<K extends StreamKind>(row: ObjectColumns): Loaded<StateOf<K>> {
  return { state: row.doc as StateOf<K>, version: Number(row.version) };
}
