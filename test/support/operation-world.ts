import {
  type BrickReservation,
  type BrickSets,
  type EventOf,
  operationKinds,
  type RequestedKind,
  type StreamKind,
} from '#domain';
import { acceptOperation } from '#operations';
import { MemoryLeases } from './memory-leases.js';
import { MemoryLedger } from './memory-ledger.js';
import { StrictNodes } from './strict-nodes.js';

const clusterId = 'c1';
export const operationId = 'op1';

/** What of the kinds that are asked for is left to workers: the others are decided as they are asked for. */
export const carriedOutKinds: readonly RequestedKind[] = operationKinds.filter(
  (kind) => kind !== 'cleanup' && kind !== 'node-state' && kind !== 'device-state',
);

/** A brick of a volume on the device of node `n`. */
export function brickOn(n: number, brickId: string): BrickReservation {
  return {
    brickId,
    volumeId: 'v1',
    deviceId: `d${n}`,
    nodeId: `n${n}`,
    sizeKiB: 1000,
    thinPoolKiB: 1000,
    poolMetadataKiB: 10,
    path: `/mounts/${brickId}/brick`,
  };
}

const firstSets: BrickSets = [[brickOn(1, 'b1'), brickOn(2, 'b2'), brickOn(3, 'b3')]];
const moreSets: BrickSets = [[brickOn(1, 'b4'), brickOn(2, 'b5'), brickOn(3, 'b6')]];

function nodeDescription(nodeId: string): Extract<EventOf<'node'>, { type: 'NodeAddAccepted' }>['data'] {
  const names = { manageHostnames: [`${nodeId}.manage`], storageHostnames: [`${nodeId}.storage`] };
  return { nodeId, clusterId, zone: 1, ...names, tags: {}, operationId: nodeId === 'n9' ? operationId : 'earlier' };
}

function deviceDescription(
  deviceId: string,
  nodeId: string,
): Extract<EventOf<'device'>, { type: 'DeviceAddAccepted' }>['data'] {
  const owner = deviceId === 'd9' ? operationId : 'earlier';
  return { deviceId, nodeId, clusterId, name: '/dev/sdb', tags: {}, destroyData: true, operationId: owner };
}

/** A cluster of three nodes with a device each, in memory. */
export class OperationWorld {
  readonly ledger = new MemoryLedger();
  readonly leases = new MemoryLeases();
  readonly nodes = new StrictNodes();

  constructor() {
    const { ledger, nodes } = this;
    ledger.given('cluster', clusterId, { type: 'ClusterCreated', data: { clusterId, file: true, block: true } });
    for (const n of [1, 2, 3]) {
      ledger.given('node', `n${n}`, { type: 'NodeAddAccepted', data: nodeDescription(`n${n}`) });
      ledger.given('node', `n${n}`, { type: 'NodeAdded', data: { operationId: 'earlier' } });
      ledger.given('device', `d${n}`, { type: 'DeviceAddAccepted', data: deviceDescription(`d${n}`, `n${n}`) });
      const seen = { totalKiB: 100_000, freeKiB: 100_000, extentSizeKiB: 4, pvUuid: `pv${n}`, paths: [] };
      ledger.given('device', `d${n}`, { type: 'DeviceAdded', data: { operationId: 'earlier', ...seen } });
      nodes.devices.add(`d${n}`);
      nodes.marks.add(`n${n}`);
      if (n > 1) nodes.peers.add(`n${n}.storage`);
    }
  }

  /** Accepts an operation of the kind, with all that has to be there for it. */
  accept(kind: RequestedKind, payload: Record<string, boolean> = {}): this {
    const subjectId = this.#prepare(kind);
    const request = { operationId, kind, subjectId, clusterId, requestedBy: 'admin', payload };
    this.ledger.given('operation', operationId, ...acceptOperation(request).events);
    return this;
  }

  freeKiB(): number[] {
    return [1, 2, 3].map((n) => this.ledger.stateOf('device', `d${n}`).freeKiB);
  }

  typesOf(kind: StreamKind, id: string): string[] {
    return this.ledger.eventsOf(kind, id).map((event) => event.type);
  }

  #prepare(kind: RequestedKind): string {
    const { ledger } = this;
    switch (kind) {
      case 'node-add':
        ledger.given('node', 'n9', { type: 'NodeAddAccepted', data: nodeDescription('n9') });
        return 'n9';
      case 'node-delete':
        ledger.given('node', 'n3', { type: 'NodeDeleteAccepted', data: { operationId } });
        return 'n3';
      case 'device-add':
        ledger.given('device', 'd9', { type: 'DeviceAddAccepted', data: deviceDescription('d9', 'n1') });
        return 'd9';
      case 'device-delete':
        ledger.given('device', 'd3', { type: 'DeviceDeleteAccepted', data: { operationId, forceForget: false } });
        return 'd3';
      case 'volume-create':
        this.#volume('creating');
        return 'v1';
      case 'volume-expand':
        this.#volume('active');
        this.#reserve(moreSets);
        ledger.given('volume', 'v1', {
          type: 'VolumeExpandAccepted',
          data: { operationId, addGiB: 1, brickSets: moreSets },
        });
        return 'v1';
      case 'volume-delete':
        this.#volume('active');
        ledger.given('volume', 'v1', { type: 'VolumeDeleteAccepted', data: { operationId } });
        return 'v1';
      case 'device-resync':
      case 'device-state':
        return 'd1';
      case 'node-state':
        return 'n1';
    }
  }

  #volume(status: 'creating' | 'active'): void {
    this.#reserve(firstSets);
    const owner = status === 'creating' ? operationId : 'earlier';
    this.ledger.given('volume', 'v1', {
      type: 'VolumeCreateAccepted',
      data: {
        volumeId: 'v1',
        clusterId,
        name: 'vol',
        sizeGiB: 1,
        durability: { type: 'replicate', replica: 3 },
        durabilityAsSent: { replica: 3, data: 0, redundancy: 0 },
        gid: 0,
        glusterVolumeOptions: ['', ''],
        block: false,
        snapshot: { enable: false, factor: 1 },
        operationId: owner,
        brickSets: firstSets,
      },
    });
    if (status === 'creating') return;
    this.ledger.given('volume', 'v1', { type: 'VolumeCreated', data: { operationId: owner } });
    const bricks = firstSets.flat().map((brick) => `${brick.nodeId}.storage:${brick.path}`);
    this.nodes.volumes.set('vol', { started: true, bricks, owner: 'v1' });
    for (const brick of firstSets.flat()) this.nodes.bricks.add(brick.brickId);
  }

  #reserve(brickSets: BrickSets): void {
    for (const brick of brickSets.flat()) {
      this.ledger.given('device', brick.deviceId, { type: 'BrickReserved', data: brick });
    }
  }
}
