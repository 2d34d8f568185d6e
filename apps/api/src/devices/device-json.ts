import type { BrickReservation, Tags } from '#domain';
import type { DeviceView } from '#read-model';

/** Sorted by name, as Go writes maps. */
export function tagsJson(tags: Tags): object {
  return Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The tags key, which is left out where there are none. */
export function optionalTags(tags: Tags): { readonly tags?: object } {
  return Object.keys(tags).length === 0 ? {} : { tags: tagsJson(tags) };
}

export function brickJson(brick: BrickReservation): object {
  const { brickId, path, deviceId, nodeId, volumeId, sizeKiB } = brick;
  return { id: brickId, path, device: deviceId, node: nodeId, volume: volumeId, size: sizeKiB };
}

/** A device as Heketi's clients read it; key order is the wire's. */
export function deviceJson({ device, bricks }: DeviceView): object {
  return {
    name: device.name,
    ...optionalTags(device.tags),
    storage: { total: device.totalKiB, free: device.freeKiB, used: device.usedKiB },
    id: device.deviceId,
    ...(device.paths.length === 0 ? {} : { paths: device.paths }),
    ...(device.pvUuid === '' ? {} : { pv_uuid: device.pvUuid }),
    state: device.state,
    bricks: bricks.map(brickJson),
  };
}
