import { describeStorageNodes } from '#test/storage-nodes-conformance';
import { describe, expect, it } from 'vitest';
import type { NodeAddress, NodeCall } from '../storage-nodes.js';
import { MockStorageNodes } from './mock-storage-nodes.js';

const address = (number: number): NodeAddress => ({
  nodeId: String(number).padStart(32, '0'),
  manageHost: `n${number}.manage`,
  storageHost: `n${number}.storage`,
  hostKey: null,
});

describeStorageNodes(
  'mock',
  () => {
    const nodes = new MockStorageNodes();
    const addresses = [address(1), address(2), address(3)];
    return Promise.resolve({ nodes, addresses, devicePath: '/dev/sdb', dispose: () => nodes.close() });
  },
  { everythingSucceeds: true },
);

describe("Heketi's mock", () => {
  const call: NodeCall = { signal: new AbortController().signal, onCommand: () => undefined };
  const device = { deviceId: '969fd26930ca708dcb215dd1d34e3923', name: '/dev/sdb', destroyData: false };

  it('has devices of 500 GiB', async () => {
    const observed = await new MockStorageNodes().ensureDevice(address(1), device, call);
    expect(observed).toMatchObject({
      totalKiB: 524288000,
      freeKiB: 524288000,
      extentSizeKiB: 4096,
      paths: ['/dev/sdb'],
    });
  });

  it('gives a device the same UUID in every process, and the size that is configured', async () => {
    const one = await new MockStorageNodes().ensureDevice(address(1), device, call);
    const other = await new MockStorageNodes({ deviceSizeGiB: 2 }).measureDevice(address(1), device, call);
    expect(other.pvUuid).toBe(one.pvUuid);
    expect(other.totalKiB).toBe(2_097_152);
  });
});
