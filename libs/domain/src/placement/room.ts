import { brickSpace } from './brick-space.js';
import type { Candidate } from './candidates.js';
import { bricksThatFit } from './feasibility.js';
import { fillBrickSets, type FillRequest } from './fill-brick-sets.js';

/** What one device has for the data bricks of an attempt. */
export interface DeviceRoom {
  readonly device: Candidate;
  /** Node, or zone where checking is strict: a set takes at most one brick of it. */
  readonly group: string;
  /** What one data brick costs the device, which must have more than that free. */
  readonly brickKiB: number;
  readonly bricks: number;
}

/** What all devices together have for the data bricks of an attempt: what `canFill` decides on. */
export interface Room {
  readonly devices: readonly DeviceRoom[];
  /** How many bricks each group has room for. */
  readonly groups: ReadonlyMap<string, number>;
  /** How many data bricks find a place, no group serving a set twice. */
  readonly served: number;
  readonly needed: number;
}

export function roomFor({ candidates, shape, sets, strictZones, snapshotFactor }: FillRequest): Room {
  const dataBricks = shape.filter(({ role }) => role === 'data');
  const sizeKiB = dataBricks[0]?.sizeKiB ?? 0;
  const costs = new Map<number, number>();
  const groups = new Map<string, number>();
  const devices: DeviceRoom[] = [];
  for (const device of candidates) {
    if (device.role === 'arbiter') continue;
    const { extentSizeKiB } = device;
    const brickKiB = costs.get(extentSizeKiB) ?? brickSpace(sizeKiB, snapshotFactor, extentSizeKiB).totalKiB;
    costs.set(extentSizeKiB, brickKiB);
    const group = strictZones ? device.zone.toString() : device.nodeId;
    const bricks = bricksThatFit(device.freeKiB, brickKiB);
    groups.set(group, (groups.get(group) ?? 0) + bricks);
    devices.push({ device, group, brickKiB, bricks });
  }
  let served = 0;
  for (const bricks of groups.values()) served += Math.min(bricks, sets);
  return { devices, groups, served, needed: sets * dataBricks.length };
}

/** Whether fillBrickSets finds a place for everything: by counting alone where all bricks are of one size. */
export function canFillBrickSets(request: FillRequest): boolean {
  const { served, needed } = roomFor(request);
  if (served < needed) return false;
  return request.shape.every(({ role }) => role === 'data') || fillBrickSets(request) !== null;
}
