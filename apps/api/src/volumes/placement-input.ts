import {
  type BrickReservation,
  type BrickSets,
  type PlacementNode,
  type PlacementSettings,
  deviceDecider,
} from '#domain';
import { DomainError } from '#kernel';
import type { OperationRequest } from '#operations';
import type { Change, NodeWithDevices } from '#read-model';
import type { ApiConfig } from '../dependencies.js';

const DEFAULT_MAX_VOLUMES = 1000;

/** Who asks for a change of a volume, under which id it would be done, and how the site places. */
export interface Asked extends Pick<OperationRequest, 'operationId' | 'requestedBy' | 'requestDigest'> {
  readonly settings: PlacementSettings;
}

export function placementSettings(config: ApiConfig): PlacementSettings {
  const { brickMinGiB, brickMaxGiB, maxBricksPerVolume, zoneChecking, averageFileSizeKiB } = config;
  const maxVolumesPerCluster = config.maxVolumesPerCluster === 0 ? DEFAULT_MAX_VOLUMES : config.maxVolumesPerCluster;
  return { brickMinGiB, brickMaxGiB, maxBricksPerVolume, zoneChecking, averageFileSizeKiB, maxVolumesPerCluster };
}

export function placementNodes(members: readonly NodeWithDevices[]): PlacementNode[] {
  return members.map(({ node, devices }) => ({ ...node, devices: devices.map(({ device }) => device) }));
}

/** The reservations of planned bricks: one change per device, in the order of device ids, so that locks are taken alike. */
export function reservations(brickSets: BrickSets, members: readonly NodeWithDevices[]): Change[] {
  const devices = new Map(members.flatMap((member) => member.devices.map((entry) => [entry.device.deviceId, entry])));
  const byDevice = new Map<string, BrickReservation[]>();
  for (const brick of brickSets.flat()) {
    byDevice.set(brick.deviceId, [...(byDevice.get(brick.deviceId) ?? []), brick]);
  }
  return [...byDevice]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([deviceId, bricks]): Change => {
      const entry = devices.get(deviceId);
      if (entry === undefined) throw new Error(`device ${deviceId} was planned for but not offered`);
      const events = deviceDecider.decide({ type: 'ReserveBricks', bricks }, entry.device);
      return { kind: 'device', id: deviceId, expectedVersion: entry.version, events };
    });
}

/** Runs a planning step whose refusals carry Heketi's heading. */
export function underHeading<T>(heading: string, plan: () => T): T {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new DomainError(error.kind, `${heading}: ${error.message}`, error.reasons);
  }
}
