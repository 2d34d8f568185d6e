import type { RowChange } from './rows.js';

/** Changes by row, in the order in which the rows were first touched. */
export type MergedChanges = Map<string, RowChange>;

/** Adds later changes: the last one of a row counts, but an operation keeps the time of its acceptance. */
export function mergeChanges(into: MergedChanges, changes: readonly RowChange[]): MergedChanges {
  for (const change of changes) {
    const key = rowOf(change);
    into.set(key, follows(into.get(key), change));
  }
  return into;
}

/**
 * A hostname counts as a row per owner: that one node gives a name up and another takes it are two changes, and removal
 * comes first whatever the order here.
 */
function rowOf(change: RowChange): string {
  const key = change.op === 'delete' ? change.key : change.row;
  return 'id' in key ? `${change.table}/${key.id}` : `${change.table}/${key.kind}/${key.name}/${key.node_id}`;
}

function follows(before: RowChange | undefined, change: RowChange): RowChange {
  if (change.table !== 'operation' || change.op === 'delete' || change.row.accepted_at !== null) return change;
  if (before?.table !== 'operation' || before.op === 'delete') return change;
  return { ...change, row: { ...change.row, accepted_at: before.row.accepted_at } };
}
