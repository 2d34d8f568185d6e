import { DomainError, type Reason } from '#kernel';
import { describe, expect, it } from 'vitest';
import { clusterDecider } from './cluster/decide.js';
import { deviceDecider } from './device/decide.js';
import { noDevice } from './device/state.js';
import { nodeDecider } from './node/decide.js';
import { noNode } from './node/state.js';
import { contentReasons, noContents } from './refusals.js';
import { volumeDecider } from './volume/decide.js';
import { noVolume } from './volume/state.js';

/** Line by line; each remedy marked. */
function told(work: () => unknown): string[] {
  const lines = (reasons: readonly Reason[]): string[] =>
    reasons.flatMap(({ rule, detail, because = [] }) => [
      rule === 'remedy' ? `remedy: ${detail}` : detail,
      ...lines(because),
    ]);
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return lines(error.reasons);
    throw error;
  }
  throw new Error('it was not refused');
}

const operationId = 'o1';

describe('a refusal names what is in the way', () => {
  it('of a cluster: its volumes and nodes', () => {
    const state = { clusterId: 'c', status: 'active', file: true, block: true } as const;
    const nodes = { count: 12, ids: ['n1', 'n2'] };
    const volumes = { count: 1, ids: ['v1'] };
    expect(told(() => clusterDecider.decide({ type: 'DeleteCluster', nodes, volumes }, state))).toEqual([
      'the cluster has 1 volume: v1',
      'the cluster has 12 nodes: n1, n2 and 10 more',
      'remedy: delete what is in it first: volumes, then devices, then nodes',
    ]);
  });

  it('of a node: its devices', () => {
    const devices = { count: 2, ids: ['d1', 'd2'] };
    const state = { ...noNode, nodeId: 'n', status: 'active' } as const;
    expect(told(() => nodeDecider.decide({ type: 'DeleteNode', operationId, devices }, state))[0]).toBe(
      'the node has 2 devices: d1, d2',
    );
  });

  it('of a device: its bricks, and the volumes that they belong to', () => {
    const state = {
      ...noDevice,
      deviceId: 'd',
      status: 'active',
      state: 'failed',
      brickCount: 3,
      usedKiB: 30,
    } as const;
    const volumes = { count: 2, ids: ['v1', 'v2'] };
    const remove = { type: 'DeleteDevice', operationId, forceForget: false, volumes } as const;
    expect(told(() => deviceDecider.decide(remove, state))).toEqual([
      'device d has 3 bricks with 30 KiB',
      'its bricks belong to 2 volumes: v1, v2',
      'remedy: delete the volumes that have bricks on it: bricks cannot be moved to other devices yet',
    ]);
    expect(told(() => deviceDecider.decide(remove, { ...state, state: 'online' }))).toEqual([
      'the device is online',
      'remedy: set it offline, then failed',
    ]);
  });

  it.each([
    [
      'volume',
      () =>
        volumeDecider.decide(
          { type: 'DeleteVolume', operationId },
          { ...noVolume, volumeId: 'x', status: 'expanding', operationId: 'o0' },
        ),
      'volume x is expanding',
    ],
    [
      'node',
      () =>
        nodeDecider.decide(
          { type: 'DeleteNode', operationId, devices: noContents },
          { ...noNode, nodeId: 'x', status: 'deleting', operationId: 'o0' },
        ),
      'node x is being deleted',
    ],
    [
      'device',
      () =>
        deviceDecider.decide(
          { type: 'ChangeDeviceState', state: 'offline' },
          { ...noDevice, deviceId: 'x', status: 'deleting', operationId: 'o0' },
        ),
      'device x is being deleted',
    ],
  ])('of a %s that an operation holds: the operation', (_what, work, text) => {
    expect(told(work)).toEqual([`${text} by operation o0: wait until that has ended`]);
  });

  it('of nothing: nothing', () => {
    expect(contentReasons('no-nodes', 'it has', 'node', noContents)).toEqual([]);
  });
});
