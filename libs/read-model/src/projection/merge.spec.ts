import { expect, it } from 'vitest';
import { noOperation } from '#domain';
import { mergeChanges } from './merge.js';
import type { RowChange } from './rows.js';

const operation = (version: number, accepted_at: string | null): RowChange => ({
  table: 'operation',
  op: 'upsert',
  row: {
    id: 'o',
    version,
    status: 'running',
    doc: noOperation,
    cluster_id: 'c',
    kind: 'node-add',
    subject_kind: 'node',
    subject_id: 'n',
    accepted_at,
    request_digest: null,
  },
});
const hostname = (op: 'upsert' | 'delete', node_id: string): RowChange => {
  const key = { kind: 'manage', name: 'h', node_id } as const;
  return op === 'delete' ? { table: 'hostname', op, key } : { table: 'hostname', op, row: key };
};

it('keeps the last change of each row', () => {
  const gone: RowChange = { table: 'cluster', op: 'delete', key: { id: 'c' } };
  expect([...mergeChanges(new Map(), [operation(1, 'then'), gone, operation(2, 'later')]).values()]).toEqual([
    operation(2, 'later'),
    gone,
  ]);
});

it('keeps the time at which an operation was accepted', () => {
  expect([...mergeChanges(new Map(), [operation(1, 'then'), operation(2, null), operation(3, null)]).values()]).toEqual(
    [operation(3, 'then')],
  );
});

it('lets one node give up a name that another takes', () => {
  const changes = [hostname('upsert', 'new'), hostname('delete', 'old')];
  expect([...mergeChanges(new Map(), changes).values()]).toEqual(changes);
});
