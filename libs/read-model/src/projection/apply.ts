import type { Sql } from '#kernel';
import type { RowChange, RowKeys, Rows, TableName } from './rows.js';

const objectColumns = { id: 'text', version: 'bigint', status: 'text', doc: 'jsonb' } as const;

/** Columns with their types, as jsonb_to_recordset wants them. */
const columns: { readonly [T in TableName]: Readonly<Record<keyof Rows[T], string>> } = {
  cluster: objectColumns,
  node: { ...objectColumns, cluster_id: 'text' },
  device: { ...objectColumns, node_id: 'text', cluster_id: 'text' },
  volume: { ...objectColumns, cluster_id: 'text', name: 'text' },
  operation: {
    ...objectColumns,
    cluster_id: 'text',
    kind: 'text',
    subject_kind: 'text',
    subject_id: 'text',
    accepted_at: 'timestamptz',
    request_digest: 'text',
  },
  brick: { id: 'text', device_id: 'text', node_id: 'text', volume_id: 'text', doc: 'jsonb' },
  hostname: { kind: 'text', name: 'text', node_id: 'text' },
};

const keyColumns: { readonly [T in TableName]: readonly (keyof RowKeys[T] & string)[] } = {
  cluster: ['id'],
  node: ['id'],
  device: ['id'],
  volume: ['id'],
  operation: ['id'],
  brick: ['id', 'device_id'],
  hostname: ['kind', 'name', 'node_id'],
};

/**
 * Writes rows into a schema that has the read model's tables: one statement for what goes, one for what comes, whatever
 * the number of rows and tables. Removal is first so that a name that one row gives up can be taken by another.
 * @param changes at most one per row
 * @throws the driver's unique violation where two volumes or nodes want the same name
 */
export async function applyChanges(sql: Sql, schema: string, changes: readonly RowChange[]): Promise<void> {
  const deletes = new Map<TableName, object[]>();
  const upserts = new Map<TableName, object[]>();
  for (const change of changes) {
    if (change.op === 'delete') collect(deletes, change.table, change.key);
    else collect(upserts, change.table, change.row);
  }
  await run(sql, deletes, (table, parameter) => deleteStatement(schema, table, parameter));
  await run(sql, upserts, (table, parameter) => upsertStatement(schema, table, parameter));
}

function collect(into: Map<TableName, object[]>, table: TableName, row: object): void {
  const rows = into.get(table);
  if (rows === undefined) into.set(table, [row]);
  else rows.push(row);
}

/** All tables in one round trip: every statement but the last select is a common table expression of its own. */
async function run(
  sql: Sql,
  rowsByTable: ReadonlyMap<TableName, readonly object[]>,
  statement: (table: TableName, parameter: string) => string,
): Promise<void> {
  if (rowsByTable.size === 0) return;
  const parts = [...rowsByTable.keys()].map((table, at) => `w_${table} as (${statement(table, `$${at + 1}::jsonb`)})`);
  const parameters = [...rowsByTable.values()].map((rows) => JSON.stringify(rows));
  await sql.query(`with ${parts.join(',\n')} select 1`, parameters);
}

function deleteStatement(schema: string, table: TableName, parameter: string): string {
  const keys: readonly string[] = keyColumns[table];
  const types = keys.map((column) => `${column} text`).join(', ');
  const match = keys.map((column) => `t.${column} = k.${column}`).join(' and ');
  return `delete from ${schema}.${table} t using jsonb_to_recordset(${parameter}) as k (${types}) where ${match}`;
}

function upsertStatement(schema: string, table: TableName, parameter: string): string {
  const types = Object.entries<string>(columns[table]);
  const names = types.map(([column]) => column);
  const values = names.map((column) =>
    // Only the event of acceptance knows the time; later ones must not lose it.
    column === 'accepted_at'
      ? `coalesce(r.accepted_at, (select o.accepted_at from ${schema}.operation o where o.id = r.id))`
      : `r.${column}`,
  );
  return `insert into ${schema}.${table} (${names.join(', ')})
    select ${values.join(', ')}
    from jsonb_to_recordset(${parameter}) as r (${types.map(([column, type]) => `${column} ${type}`).join(', ')})
    ${onConflict(table, names)}`;
}

/** A hostname that is taken must fail: overwriting it would give one name to two nodes. */
function onConflict(table: TableName, names: readonly string[]): string {
  if (table === 'hostname') return '';
  const updates = names.filter((column) => column !== 'id').map((column) => `${column} = excluded.${column}`);
  return `on conflict (id) do update set ${updates.join(', ')}`;
}
