import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '#test/database';
import { createVolumeIn, LedgerFixture } from '#test/ledger-fixture';
import * as sample from '#test/sample-events';
import type { OperationKind } from '#domain';
import { newId } from '#kernel';

/** One cluster: two nodes with a device each, one being added, one being deleted; volumes in every status. */
const none = { count: 0, ids: [] };

describe('PostgresQueries', () => {
  let test: TestDatabase;
  let fixture: LedgerFixture;
  let clusterId: string;
  const [nodeA, nodeB, nodeAdding, nodeDeleting] = ['a0', 'b0', 'c0', 'd0'] as const;
  const [active, creating, deleting, expanding] = ['v-active', 'V-creating', 'v-deleting', 'V-expanding'] as const;
  const place = (deviceId: string, nodeId: string, volumeId: string) => ({ deviceId, nodeId, volumeId });

  beforeAll(async () => {
    test = await freshDatabase();
    fixture = new LedgerFixture(test.db);
    clusterId = newId();
    await fixture.record('cluster', clusterId, [sample.clusterCreated(clusterId)]);
    await fixture.record('node', nodeB, sample.nodeAdded(nodeB, clusterId, { storageHostnames: ['b.second', 'x'] }));
    await fixture.record('node', nodeA, sample.nodeAdded(nodeA, clusterId, { storageHostnames: ['a.first'] }));
    await fixture.record('node', nodeAdding, [sample.nodeAddAccepted(nodeAdding, clusterId)]);
    await fixture.record('node', nodeDeleting, [
      ...sample.nodeAdded(nodeDeleting, clusterId),
      { type: 'NodeDeleteAccepted', data: { operationId: 'op' } },
    ]);
    await fixture.record('device', 'dev1', sample.deviceAdded('dev1', nodeA, clusterId));
    await fixture.record('device', 'Dev2', sample.deviceAdded('Dev2', nodeA, clusterId));
    await fixture.record('device', 'dev-adding', sample.deviceAdded('dev-adding', nodeA, clusterId).slice(0, 1));
    await fixture.record('device', 'dev-deleting', [
      ...sample.deviceAdded('dev-deleting', nodeB, clusterId),
      { type: 'DeviceDeleteAccepted', data: { operationId: 'op', forceForget: false } },
    ]);
    await fixture.transact((tx) =>
      createVolumeIn(tx, clusterId, active, [
        sample.brick('brick-b', place('dev1', nodeA, active)),
        sample.brick('Brick-a', place('dev1', nodeA, active)),
      ]),
    );
    await fixture.record('volume', creating, [sample.volumeCreateAccepted(creating, clusterId, [])]);
    await fixture.transact((tx) => createVolumeIn(tx, clusterId, deleting, []));
    await fixture.record('volume', deleting, [{ type: 'VolumeDeleteAccepted', data: { operationId: 'op' } }]);
    const added = sample.brick('z-new', place('Dev2', nodeA, expanding));
    await fixture.transact((tx) => createVolumeIn(tx, clusterId, expanding, []));
    await fixture.record('volume', expanding, [
      { type: 'VolumeExpandAccepted', data: { operationId: 'op', addGiB: 3, brickSets: [[added]] } },
    ]);
    await fixture.record('device', 'Dev2', [{ type: 'BrickReserved', data: added }]);
  });
  afterAll(() => test.dispose());

  it('lists nodes but those being added, volumes but those being created or deleted, in byte order', async () => {
    expect(await fixture.queries.cluster(clusterId)).toEqual({
      cluster: { clusterId, status: 'active', file: true, block: true },
      nodeIds: [nodeA, nodeB, nodeDeleting],
      volumeIds: [expanding, active],
    });
    expect(await fixture.queries.volumeIds()).toEqual([expanding, active]);
  });

  it('shows a node with its devices and their bricks', async () => {
    const view = await fixture.queries.node(nodeA);
    expect(view?.node).toMatchObject({ nodeId: nodeA, status: 'active' });
    expect(view?.devices.map(({ device, bricks }) => [device.deviceId, bricks.map(({ brickId }) => brickId)])).toEqual([
      ['Dev2', ['z-new']],
      ['dev1', ['Brick-a', 'brick-b']],
    ]);
    expect(await fixture.queries.node(nodeAdding)).toBeNull();
    expect(await fixture.queries.node(nodeDeleting)).toMatchObject({ devices: [], node: { status: 'deleting' } });
    expect(await fixture.queries.node('unknown')).toBeNull();
  });

  it('shows a device with its bricks, reservations in flight included', async () => {
    expect(await fixture.queries.device('Dev2')).toMatchObject({
      device: { deviceId: 'Dev2', brickCount: 1 },
      bricks: [{ brickId: 'z-new', volumeId: expanding }],
    });
    expect(await fixture.queries.device('dev-adding')).toBeNull();
    expect(await fixture.queries.device('dev-deleting')).toMatchObject({ device: { status: 'deleting' }, bricks: [] });
  });

  it('shows a volume with its bricks by id and the hosts of its cluster by node', async () => {
    const view = await fixture.queries.volume(active);
    expect(view?.volume).toMatchObject({ volumeId: active, status: 'active' });
    expect(view?.bricks.map(({ brickId }) => brickId)).toEqual(['Brick-a', 'brick-b']);
    expect(view?.hosts).toEqual(['a.first', 'b.second', `storage-${nodeDeleting}`]);
  });

  it('shows an expansion as its new bricks with the old size, and hides what is being created or deleted', async () => {
    expect(await fixture.queries.volume(expanding)).toMatchObject({
      volume: { sizeGiB: 1 },
      bricks: [{ brickId: 'z-new' }],
    });
    expect(await fixture.queries.volume(creating)).toBeNull();
    expect(await fixture.queries.volume(deleting)).toBeNull();
    expect(await fixture.queries.state('volume', creating)).toMatchObject({ status: 'creating' });
    expect(await fixture.queries.state('volume', 'unknown')).toBeNull();
  });

  it('gives placement the active nodes with their active devices and versions', async () => {
    const nodes = await fixture.queries.clusterNodes(clusterId);
    expect(
      nodes.map(({ node, devices }) => [node.nodeId, devices.map(({ device, version }) => [device.deviceId, version])]),
    ).toEqual([
      [
        nodeA,
        [
          ['Dev2', 3],
          ['dev1', 4],
        ],
      ],
      [nodeB, []],
    ]);
  });

  it('gives workflows the members of a cluster, those that are to leave it included', async () => {
    const members = await fixture.queries.clusterMembers(clusterId);
    expect(members.map(({ nodeId, status }) => [nodeId, status])).toEqual([
      [nodeA, 'active'],
      [nodeB, 'active'],
      [nodeDeleting, 'deleting'],
    ]);
  });

  it('keeps the names of nodes in two namespaces, from the acceptance on', async () => {
    expect(await fixture.queries.hostnameOwner('storage', 'x')).toBe(nodeB);
    expect(await fixture.queries.hostnameOwner('manage', 'x')).toBeNull();
    expect(await fixture.queries.hostnameOwner('manage', `manage-${nodeAdding}`)).toBe(nodeAdding);
  });

  it('counts volumes in flight where names and contents are concerned', async () => {
    expect(await fixture.queries.volumeCount(clusterId)).toBe(4);
    expect(await fixture.queries.volumeNameTaken(clusterId, `vol_${creating}`)).toBe(true);
    expect(await fixture.queries.volumeNameTaken(clusterId, 'free')).toBe(false);
    const inCluster = await fixture.queries.occupants('cluster', clusterId);
    expect([inCluster.nodes.count, inCluster.volumes.count, inCluster.volumes.ids.length]).toEqual([4, 4, 4]);
    expect((await fixture.queries.occupants('node', nodeA)).devices.ids).toContain('dev1');
    const empty = newId();
    await fixture.record('cluster', empty, [sample.clusterCreated(empty)]);
    expect(await fixture.queries.occupants('cluster', empty)).toEqual({ nodes: none, devices: none, volumes: none });
    await fixture.record('cluster', empty, [{ type: 'ClusterDeleted', data: {} }]);
  });

  it('lists unfinished operations in the order of their acceptance, and tells statuses in bulk', async () => {
    const payload = { resources: ['volume/v'] };
    await fixture.record('operation', 'o2', [sample.operationAccepted('o2', clusterId, payload)]);
    await fixture.record('operation', 'o1', [sample.operationAccepted('o1', clusterId)]);
    await fixture.record('operation', 'o0', [sample.operationAccepted('o0', clusterId)]);
    await fixture.record('operation', 'o0', [{ type: 'OperationFailed', data: { reason: 'no' } }]);
    await fixture.record('operation', 'o2', [
      { type: 'OperationStarted', data: { worker: 'w', attempt: 2, leaseEpochs: {} } },
    ]);
    const open = await fixture.queries.unfinishedOperations(10);
    expect(open).toEqual([
      { operationId: 'o2', resources: ['volume/v'], attempt: 2, acceptedAt: expect.any(Date) as Date },
      { operationId: 'o1', resources: [], attempt: 0, acceptedAt: expect.any(Date) as Date },
    ]);
    expect(await fixture.queries.unfinishedOperations(1)).toHaveLength(1);
    const [acceptance] = await fixture.eventStore.readStream(test.db, 'operation', 'o2');
    expect(open[0]?.acceptedAt).toEqual(acceptance?.recordedAt);
    expect(await fixture.queries.operationStatuses(['o0', 'o2', 'unknown'])).toEqual(
      new Map([
        ['o0', 'failed'],
        ['o2', 'running'],
      ]),
    );
    expect(await fixture.queries.operation('o0')).toMatchObject({ reason: 'no' });
    expect(await fixture.queries.operation('unknown')).toBeNull();
  });

  it('finds the operation that a request has begun, while it is in flight', async () => {
    const of = (requestedBy: string, requestDigest: string) => ({ requestedBy, requestDigest });
    await fixture.record('operation', 'p1', [sample.operationAccepted('p1', clusterId, of('admin', 'd1'))]);
    await fixture.record('operation', 'p2', [sample.operationAccepted('p2', clusterId, of('user', 'd1'))]);
    const found = (by: string, digest: string): Promise<string | null> => fixture.queries.operationInFlight(by, digest);
    expect(await Promise.all([found('admin', 'd1'), found('user', 'd1'), found('user', 'd2')])).toEqual([
      'p1',
      'p2',
      null,
    ]);
    await fixture.record('operation', 'p1', [
      { type: 'OperationStarted', data: { worker: 'w', attempt: 1, leaseEpochs: {} } },
      { type: 'CompensationStarted', data: { reason: 'no' } },
    ]);
    expect(await found('admin', 'd1')).toBe('p1');
    await fixture.record('operation', 'p1', [{ type: 'OperationFailed', data: { reason: 'no' } }]);
    await fixture.record('operation', 'p2', [{ type: 'OperationSucceeded', data: { location: null } }]);
    expect(await Promise.all([found('admin', 'd1'), found('user', 'd1')])).toEqual([null, null]);
    const plan = await test.db.transaction(async (tx) => {
      await tx.query('set local enable_seqscan = off');
      return tx.query<object>(
        "explain select from read_model.operation where request_digest = 'd' and status not in ('succeeded', 'failed')",
      );
    });
    expect(JSON.stringify(plan)).toContain('operation_request');
  });

  it('counts what clients have in flight no further than it is asked to', async () => {
    const { queries } = fixture;
    const inFlight = (await queries.unfinishedOperations(100)).length;
    expect(await queries.inFlightCount(100)).toBe(inFlight);
    expect(await queries.inFlightCount(1)).toBe(1);
    // Kinds that are still to come: the system's own.
    const kind = 'cleanup' as OperationKind;
    await fixture.record('operation', 'own', [sample.operationAccepted('own', clusterId, { kind })]);
    expect(await queries.inFlightCount(100)).toBe(inFlight);
    await fixture.record('operation', 'own', [{ type: 'OperationSucceeded', data: { location: null } }]);
  });

  it('sums the cluster up for the metrics', async () => {
    const { clusters, operations } = await fixture.queries.metrics();
    expect(operations).toEqual([
      { kind: 'volume-create', status: 'accepted', count: 1 },
      { kind: 'volume-create', status: 'running', count: 1 },
    ]);
    expect(clusters).toHaveLength(1);
    expect(clusters[0]).toMatchObject({ clusterId, volumeCount: 2 });
    expect(clusters[0]?.nodes.map(({ node, devices }) => [node.nodeId, devices.length])).toEqual([
      [nodeA, 2],
      [nodeB, 1],
      [nodeDeleting, 0],
    ]);
  });
});
