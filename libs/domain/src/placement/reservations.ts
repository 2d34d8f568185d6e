import type { BrickSets } from '../volume/events.js';
import type { BrickAssignment } from './fill-brick-sets.js';

/** The folder under which Heketi mounts bricks; volumes that it made have their bricks there. */
const mountRoot = '/var/lib/heketi/mounts';

/** The folder of a brick as Gluster is given it. */
export function brickPath(deviceId: string, brickId: string): string {
  return `${mountRoot}/vg_${deviceId}/brick_${brickId}/brick`;
}

/** Turns assignments into reservations, with new ids for the bricks. */
export function toReservations(
  assignments: readonly (readonly BrickAssignment[])[],
  volumeId: string,
  newBrickId: () => string,
): BrickSets {
  return assignments.map((bricks) =>
    bricks.map(({ deviceId, nodeId, sizeKiB, thinPoolKiB, poolMetadataKiB }) => {
      const brickId = newBrickId();
      const path = brickPath(deviceId, brickId);
      return { brickId, volumeId, deviceId, nodeId, sizeKiB, thinPoolKiB, poolMetadataKiB, path };
    }),
  );
}
