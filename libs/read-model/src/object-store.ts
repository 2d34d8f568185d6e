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
 * @param lock holds the row until the end of the transaction
 */
export async function loadObject<K extends StreamKind>(
  tx: Sql,
  kind: K,
  id: string,
  lock: boolean,
): Promise<Loaded<StateOf<K>>> {
  for (;;) {
    if (lock) {
      const row = await readRow(tx, kind, id, 'for update');
      if (row !== null) return row;
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
    if (!lock) return loaded({ version: found.version, doc: found.doc });
    // It came to be between the two statements: lock it after all.
  }
}

/** The object's row alone; null where it has none. */
export async function readRow<K extends StreamKind>(
  tx: Sql,
  kind: K,
  id: string,
  lock: '' | 'for update' = '',
): Promise<Loaded<StateOf<K>> | null> {
  const [row] = await tx.query<ObjectColumns>(`select version, doc from read_model.${kind} where id = $1 ${lock}`, [
    id,
  ]);
  return row === undefined ? null : loaded(row);
}

function loaded<K extends StreamKind>(row: ObjectColumns): Loaded<StateOf<K>> {
  return { state: row.doc as StateOf<K>, version: Number(row.version) };
}
