import { describe, it } from 'vitest';
import { sampleId } from '../testing/samples.js';
import { noContents } from '../refusals.js';
import { specificationOf } from '../testing/decider-specification.js';
import { clusterDecider } from './decide.js';
import type { ClusterEvent } from './events.js';

const some = { count: 1, ids: ['x'] };
const { given } = specificationOf(clusterDecider);
const clusterId = sampleId('cluster');
const created: ClusterEvent = { type: 'ClusterCreated', data: { clusterId, file: true, block: true } };
const deleted: ClusterEvent = { type: 'ClusterDeleted', data: {} };
const full = `Unable to delete cluster [${clusterId}] because it contains volumes and/or nodes`;

describe('a cluster', () => {
  it('is created with its flags', () =>
    given([]).when({ type: 'CreateCluster', clusterId, file: true, block: true }).then([created]));

  it('is not created over another', () =>
    given([created])
      .when({ type: 'CreateCluster', clusterId, file: true, block: true })
      .thenRefused('conflict', 'Id already exists'));

  it('changes both flags at once', () =>
    given([created])
      .when({ type: 'ChangeClusterFlags', file: false, block: true })
      .then([{ type: 'ClusterFlagsChanged', data: { file: false, block: true } }]));

  it('writes no event for flags that are so already', () =>
    given([created]).when({ type: 'ChangeClusterFlags', file: true, block: true }).then([]));

  it('is deleted when empty', () =>
    given([created]).when({ type: 'DeleteCluster', nodes: noContents, volumes: noContents }).then([deleted]));

  it.each([
    [some, noContents],
    [noContents, some],
    [some, some],
  ])('is not deleted with nodes %j, volumes %j', (nodes, volumes) =>
    given([created]).when({ type: 'DeleteCluster', nodes, volumes }).thenRefused('conflict', full),
  );

  it.each([{ history: [] }, { history: [created, deleted] }])('is not found where it is not', ({ history }) => {
    given(history)
      .when({ type: 'ChangeClusterFlags', file: true, block: true })
      .thenRefused('not-found', 'Id not found');
    given(history)
      .when({ type: 'DeleteCluster', nodes: noContents, volumes: noContents })
      .thenRefused('not-found', 'Id not found');
  });
});
