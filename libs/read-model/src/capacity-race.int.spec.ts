import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '#test/database';
import { createVolumeIn, deleteVolumeIn, LedgerFixture } from '#test/ledger-fixture';
import { brick, EXTENT_KIB } from '#test/sample-events';
import type { BrickReservation } from '#domain';
import { newId, type Database } from '#kernel';
import { PostgresQueries } from './postgres-queries.js';
import { check } from './rebuild/check.js';

/** What one of several parallel clients does next: a volume with a brick of so many extents, or the end of one of its own. */
type Move = { readonly reserve: number } | { readonly release: number };

interface Held {
  readonly volumeId: string;
  readonly brick: BrickReservation;
}

const EXTENTS_PER_DEVICE = 20;

/** Two replicas, each with its own pool, race for two small devices. */
describe('reservations in parallel', () => {
  let test: TestDatabase;
  let owner: Database;
  let replicas: LedgerFixture[];

  beforeAll(async () => {
    test = await freshDatabase();
    owner = await test.connect('owner', 3);
    replicas = [new LedgerFixture(test.db), new LedgerFixture(await test.connect('app', 5))];
  });
  afterAll(() => test.dispose());

  /** @returns what it holds now; null where there was no room */
  const reserve = (replica: LedgerFixture, clusterId: string, extents: number): Promise<Held | null> =>
    replica.transact(async (tx) => {
      await tx.lockCluster(clusterId);
      const nodes = await new PostgresQueries(tx.sql).clusterNodes(clusterId);
      const devices = nodes.flatMap(({ devices }) => devices.map(({ device }) => device));
      const roomy = devices.find(({ freeKiB }) => freeKiB >= (extents + 1) * EXTENT_KIB);
      if (roomy === undefined) return null;
      const [volumeId, brickId] = [newId(), newId()];
      const { deviceId, nodeId } = roomy;
      const held = { volumeId, brick: brick(brickId, { volumeId, deviceId, nodeId }, extents) };
      await createVolumeIn(tx, clusterId, volumeId, [held.brick]);
      return held;
    });

  /** Without the cluster's lock: only the device's own keeps it from a reservation at the same time. */
  const release = (replica: LedgerFixture, held: Held): Promise<void> =>
    replica.transact((tx) => deleteVolumeIn(tx, held.volumeId, [held.brick]));

  const play = async (replica: LedgerFixture, clusterId: string, moves: readonly Move[]): Promise<Held[]> => {
    const holding: Held[] = [];
    for (const move of moves) {
      if ('reserve' in move) {
        const held = await reserve(replica, clusterId, move.reserve);
        if (held !== null) holding.push(held);
      } else {
        const [held] = holding.splice(move.release % Math.max(1, holding.length), 1);
        if (held !== undefined) await release(replica, held);
      }
    }
    return holding;
  };

  const move: fc.Arbitrary<Move> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ reserve: fc.integer({ min: 1, max: 8 }) }) },
    { weight: 2, arbitrary: fc.record({ release: fc.nat({ max: 10 }) }) },
  );
  const scripts = fc.array(fc.array(move, { minLength: 5, maxLength: 12 }), { minLength: 4, maxLength: 4 });

  it('never take more than there is, and add up exactly', { timeout: 180_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (players) => {
        const { clusterId, deviceIds } = await replicas[0]!.addCluster(2, EXTENTS_PER_DEVICE * EXTENT_KIB);
        const held = (
          await Promise.all(players.map((moves, nth) => play(replicas[nth % replicas.length]!, clusterId, moves)))
        ).flat();
        for (const deviceId of deviceIds) {
          const own = held.filter(({ brick: { deviceId: on } }) => on === deviceId);
          const usedKiB = own.reduce((sum, { brick: b }) => sum + b.thinPoolKiB + b.poolMetadataKiB, 0);
          expect(await replicas[1]!.queries.device(deviceId)).toMatchObject({
            device: { usedKiB, freeKiB: EXTENTS_PER_DEVICE * EXTENT_KIB - usedKiB, brickCount: own.length },
          });
        }
      }),
      // Shrinking would play the race again and again.
      { numRuns: 10, endOnFailure: true },
    );
    expect(await check(replicas[0]!.shadowParts(owner))).toEqual({ differences: [] });
  });
});
