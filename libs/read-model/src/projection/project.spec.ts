import { describe, expect, it } from 'vitest';
import * as sample from '#test/sample-events';
import { evolvers, type EventOf, type StreamKind } from '#domain';
import { project, type Projected, type VersionedEvent } from './project.js';

const NOW = new Date('2026-01-02T03:04:05.678Z');

function numbered<K extends StreamKind>(events: readonly EventOf<K>[], after = 0): VersionedEvent<K>[] {
  return events.map((event, at) => ({ event, version: after + at + 1, recordedAt: new Date(NOW.getTime() + at) }));
}

function projectNew<K extends StreamKind>(kind: K, id: string, events: readonly EventOf<K>[]): Projected<unknown> {
  return project(kind, id, evolvers[kind].initial, 0, numbered(events));
}

describe('project', () => {
  it('makes the folded state the row of an object', () => {
    const { changes } = projectNew('cluster', 'c1', [
      sample.clusterCreated('c1'),
      { type: 'ClusterFlagsChanged', data: { file: true, block: false } },
    ]);
    expect(changes).toEqual([
      {
        table: 'cluster',
        op: 'upsert',
        row: {
          id: 'c1',
          version: 2,
          status: 'active',
          doc: { clusterId: 'c1', status: 'active', file: true, block: false },
        },
      },
    ]);
  });

  it('refuses an event of a later version instead of making a wrong row', () => {
    const later = { type: 'ClusterMerged', data: {} } as unknown as EventOf<'cluster'>;
    expect(() => projectNew('cluster', 'c1', [sample.clusterCreated('c1'), later])).toThrow(
      'event ClusterMerged of cluster/c1 was written by a later version of Brickyard',
    );
  });

  it('removes the row of what was deleted and goes on from the initial state', () => {
    const gone = projectNew('cluster', 'c1', [sample.clusterCreated('c1'), { type: 'ClusterDeleted', data: {} }]);
    expect(gone).toEqual({
      state: evolvers.cluster.initial,
      version: 2,
      changes: [{ table: 'cluster', op: 'delete', key: { id: 'c1' } }],
    });
  });

  it('takes the names of a node when its addition is accepted, each once', () => {
    const { changes } = projectNew('node', 'n1', [
      sample.nodeAddAccepted('n1', 'c1', { manageHostnames: ['a', 'a'], storageHostnames: ['a', 'b'] }),
    ]);
    expect(changes.filter(({ table }) => table === 'hostname')).toEqual([
      { table: 'hostname', op: 'upsert', row: { kind: 'manage', name: 'a', node_id: 'n1' } },
      { table: 'hostname', op: 'upsert', row: { kind: 'storage', name: 'a', node_id: 'n1' } },
      { table: 'hostname', op: 'upsert', row: { kind: 'storage', name: 'b', node_id: 'n1' } },
    ]);
  });

  it.each([
    ['NodeAddFailed', [{ type: 'NodeAddFailed', data: { operationId: 'o', reason: 'no' } }]],
    ['NodeDeleted', sample.nodeDeleted('n1')],
  ] as const)('gives the names of a node up at %s', (_type, events) => {
    const before = projectNew('node', 'n1', sample.nodeAdded('n1', 'c1')) as Projected<typeof evolvers.node.initial>;
    const { changes } = project('node', 'n1', before.state, before.version, numbered<'node'>(events, before.version));
    expect(changes).toEqual([
      { table: 'node', op: 'delete', key: { id: 'n1' } },
      { table: 'hostname', op: 'delete', key: { kind: 'manage', name: 'manage-n1', node_id: 'n1' } },
      { table: 'hostname', op: 'delete', key: { kind: 'storage', name: 'storage-n1', node_id: 'n1' } },
    ]);
  });

  it('lets the last word on a brick count', () => {
    const place = { volumeId: 'v1', deviceId: 'd1', nodeId: 'n1' };
    const [kept, lost] = [sample.brick('b1', place), sample.brick('b2', place)];
    const { changes } = projectNew('device', 'd1', [
      ...sample.deviceAdded('d1', 'n1', 'c1'),
      { type: 'BrickReserved', data: kept },
      { type: 'BrickReserved', data: lost },
      { type: 'BrickReleased', data: lost },
    ]);
    expect(changes.filter(({ table }) => table === 'brick')).toEqual([
      {
        table: 'brick',
        op: 'upsert',
        row: { id: 'b1', device_id: 'd1', node_id: 'n1', volume_id: 'v1', doc: kept },
      },
      { table: 'brick', op: 'delete', key: { id: 'b2', device_id: 'd1' } },
    ]);
  });

  it('knows when an operation was accepted from that event alone', () => {
    const accepted = projectNew('operation', 'o1', [sample.operationAccepted('o1', 'c1')]);
    expect(accepted.changes[0]).toMatchObject({ row: { accepted_at: NOW.toISOString(), status: 'accepted' } });
    const later = project('operation', 'o1', accepted.state as typeof evolvers.operation.initial, 1, [
      { event: { type: 'OperationSucceeded', data: { location: null } }, version: 2, recordedAt: NOW },
    ]);
    expect(later.changes[0]).toMatchObject({ row: { accepted_at: null, status: 'succeeded' } });
  });

  it('keeps what an operation was asked for with, where it is known', () => {
    const digest = (given: object): unknown =>
      projectNew('operation', 'o1', [sample.operationAccepted('o1', 'c1', given)]).changes[0];
    expect(digest({ requestDigest: 'd' })).toMatchObject({ row: { request_digest: 'd', doc: { requestDigest: 'd' } } });
    expect(digest({})).toMatchObject({ row: { request_digest: null } });
  });

  it('refuses a gap in the stream', () => {
    expect(() =>
      project('cluster', 'c1', evolvers.cluster.initial, 0, [
        { event: sample.clusterCreated('c1'), version: 2, recordedAt: NOW },
      ]),
    ).toThrow('stream cluster/c1 goes from version 0 to 2');
  });
});
