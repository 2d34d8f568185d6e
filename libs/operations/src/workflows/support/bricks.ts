import { deviceDecider, type BrickReservation, type BrickSets } from '#domain';
import type { Change, LedgerTransaction } from '#read-model';
import type { KeptBricks, Phase, Step } from '../workflow.js';
import { addressById } from './node-access.js';

/** The name of the step that makes or removes the brick. */
export function brickStep({ brickId }: BrickReservation): string {
  return `brick ${brickId}`;
}

/** Makes the bricks, all in parallel: LVM of different devices and nodes has nothing to do with each other. */
export function makeBricks(brickSets: BrickSets, gid: number): Phase {
  const steps = brickSets.flat().map((brick): Step => ({
    name: brickStep(brick),
    reach: [brick.nodeId],
    brick,
    ensure: async ({ nodes, load, call, fresh }) => {
      await nodes.ensureBrick(await addressById(load, brick.nodeId), { ...brick, gid }, { fresh }, call);
      return null;
    },
    undo: async ({ nodes, load, call }) => {
      await nodes.removeBrick(await addressById(load, brick.nodeId), brick, call);
    },
  }));
  return { name: 'bricks', steps };
}

/** Removes the bricks of a volume that is gone: nothing to go back to. */
export function removeBricks(brickSets: BrickSets): Phase {
  const steps = brickSets.flat().map((brick): Step => ({
    name: brickStep(brick),
    reach: [brick.nodeId],
    brick,
    ensure: async ({ nodes, load, call }) => {
      await nodes.removeBrick(await addressById(load, brick.nodeId), brick, call);
      return null;
    },
    undo: () => Promise.resolve(),
  }));
  return { name: 'bricks', steps, pointOfNoReturn: 'owe' };
}

/**
 * The space of bricks given back, one change per device. The caller has locked the cluster, before anything else: placement
 * does the same, and two orders would be a deadlock.
 */
export async function releaseBricks(
  tx: LedgerTransaction,
  brickSets: BrickSets,
  kept: KeptBricks = new Set(),
): Promise<Change[]> {
  const byDevice = new Map<string, BrickReservation[]>();
  for (const brick of brickSets.flat().filter(({ brickId }) => !kept.has(brickId))) {
    const bricks = byDevice.get(brick.deviceId) ?? [];
    byDevice.set(brick.deviceId, [...bricks, brick]);
  }
  const changes: Change[] = [];
  // In id order, as everybody who locks several devices.
  for (const deviceId of [...byDevice.keys()].sort()) {
    const { state, version } = await tx.load('device', deviceId, { lock: true });
    const events = deviceDecider.decide({ type: 'ReleaseBricks', bricks: byDevice.get(deviceId) ?? [] }, state);
    changes.push({ kind: 'device', id: deviceId, expectedVersion: version, events });
  }
  return changes;
}
