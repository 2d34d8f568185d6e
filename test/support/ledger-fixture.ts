import type { BrickReservation, EventOf, StreamKind } from '#domain';
import { PostgresEventStore } from '#event-store';
import { newId, silentLogger, systemAttribution, type Database } from '#kernel';
import { PostgresLedger, PostgresQueries, type LedgerTransaction, type ShadowParts } from '#read-model';
import * as sample from './sample-events.js';

const attribution = systemAttribution('test', 'test');

/** A ledger and what tests do with it all the time. */
export class LedgerFixture {
  readonly eventStore = new PostgresEventStore();
  readonly ledger: PostgresLedger;
  readonly queries: PostgresQueries;

  constructor(db: Database) {
    this.ledger = new PostgresLedger(db, this.eventStore);
    this.queries = new PostgresQueries(db);
  }

  /** One transaction of a command of its own, or of the one given. */
  transact<T>(work: (tx: LedgerTransaction) => Promise<T>, commandId = newId()): Promise<T> {
    return this.ledger.transact({ attribution, commandId }, work);
  }

  /** Appends to one stream, wherever it is. */
  record<K extends StreamKind>(kind: K, id: string, events: readonly EventOf<K>[]): Promise<void> {
    return this.transact((tx) => recordIn(tx, kind, id, events));
  }

  /** A cluster with nodes that have one device each; returns the ids. */
  async addCluster(
    nodeCount: number,
    deviceKiB?: number,
  ): Promise<{ clusterId: string; nodeIds: string[]; deviceIds: string[] }> {
    const clusterId = newId();
    const nodeIds = Array.from({ length: nodeCount }, newId).sort();
    const deviceIds: string[] = [];
    await this.record('cluster', clusterId, [sample.clusterCreated(clusterId)]);
    for (const nodeId of nodeIds) {
      const deviceId = newId();
      deviceIds.push(deviceId);
      await this.record('node', nodeId, sample.nodeAdded(nodeId, clusterId));
      await this.record('device', deviceId, sample.deviceAdded(deviceId, nodeId, clusterId, deviceKiB));
    }
    return { clusterId, nodeIds, deviceIds };
  }

  /** What rebuild and check want. */
  shadowParts(owner: Database): ShadowParts {
    return { owner, eventStore: this.eventStore, logger: silentLogger };
  }
}

export async function recordIn<K extends StreamKind>(
  tx: LedgerTransaction,
  kind: K,
  id: string,
  events: readonly EventOf<K>[],
): Promise<void> {
  const { version } = await tx.load(kind, id, { lock: true });
  await tx.append([{ kind, id, expectedVersion: version, events }]);
}

/** A volume with its bricks, reserved on their devices, as one change. */
export async function createVolumeIn(
  tx: LedgerTransaction,
  clusterId: string,
  volumeId: string,
  bricks: readonly BrickReservation[],
  name = `vol_${volumeId}`,
): Promise<void> {
  const accepted = sample.volumeCreateAccepted(volumeId, clusterId, bricks, { name });
  await recordIn(tx, 'volume', volumeId, [accepted, sample.volumeCreated(volumeId)]);
  for (const data of bricks) await recordIn(tx, 'device', data.deviceId, [{ type: 'BrickReserved', data }]);
}

/** The volume's end, its bricks released. */
export async function deleteVolumeIn(
  tx: LedgerTransaction,
  volumeId: string,
  bricks: readonly BrickReservation[],
): Promise<void> {
  await recordIn(tx, 'volume', volumeId, sample.volumeDeleted(volumeId));
  for (const data of bricks) await recordIn(tx, 'device', data.deviceId, [{ type: 'BrickReleased', data }]);
}
