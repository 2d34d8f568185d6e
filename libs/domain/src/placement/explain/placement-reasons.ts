import type { Reason } from '#kernel';
import type { BrickCut } from '../brick-sizes.js';
import type { Dropped } from '../candidates.js';
import { bricksWith, type PlacementRequest } from '../cuts.js';
import type { FillRequest } from '../fill-brick-sets.js';
import type { PlacementSettings } from '../settings.js';
import type { PlacementRules } from '../volume-options.js';
import { droppedReasons, SHOWN } from './dropped-devices.js';
import { type DeviceRoom, type Room, roomFor } from '../room.js';
import { counted, gibText, kibText } from './texts.js';

/** A placement that found no place, with what it was decided on. */
export interface RefusedPlacement {
  readonly request: PlacementRequest;
  readonly settings: PlacementSettings;
  readonly rules: PlacementRules;
  readonly tried: readonly FillRequest[];
  /** See PermittedCuts. */
  readonly tooMany: BrickCut | null;
  readonly dropped: readonly Dropped[];
}

/**
 * Why there is no place: each size that was tried, why no smaller one was, and the devices that may not be used. As long as
 * it is for a few devices, whatever their number: devices are counted, and the nearest misses named.
 */
export function placementReasons({ tried, dropped, rules, ...refused }: RefusedPlacement): readonly Reason[] {
  return [...tried.map(sizeReason), endReason(refused), ...droppedReasons(dropped, rules)];
}

function sizeReason(attempt: FillRequest): Reason {
  const { sets, shape, strictZones, candidates } = attempt;
  const room = roomFor(attempt);
  const fitting = room.devices.filter(({ bricks }) => bricks > 0);
  const nodes = new Set(fitting.map(({ device }) => device.nodeId)).size;
  const zones = new Set(fitting.map(({ device }) => device.zone)).size;
  const where = `on ${counted(nodes, 'node')} in ${counted(zones, 'zone')}`;
  const found = `${counted(fitting.length, 'device')} ${where} have room for a data brick`;
  const needed = `every set needs ${shape.length} different ${strictZones ? 'zones' : 'nodes'}`;
  const served = `there is room for ${room.served} of the ${counted(room.needed, 'data brick')}`;
  const withArbiter = shape.some(({ role }) => role === 'arbiter');
  const takers = candidates.filter(({ role }) => role !== 'data').length;
  const arbiter = withArbiter ? `, ${counted(takers, 'device')} may take an arbiter brick` : '';
  const brickSizeKiB = shape[0]?.sizeKiB ?? 0;
  return {
    rule: strictZones ? 'zone-checking' : 'one-brick-per-node',
    detail: `${cutText({ sets, brickSizeKiB }, shape.length)}: ${found}, ${needed}, ${served}${arbiter}`,
    values: {
      sets,
      bricksPerSet: shape.length,
      brickSizeKiB,
      devices: fitting.length,
      nodes,
      zones,
      dataBricksPlaced: room.served,
      dataBricksNeeded: room.needed,
      ...(withArbiter ? { arbiterDevices: takers } : {}),
    },
    because: freeSpaceReasons(room),
  };
}

/** The devices that lack space, those first that would help soonest: of nodes or zones that have no room yet. */
function freeSpaceReasons({ devices, groups }: Room): readonly Reason[] {
  const full = devices.filter(({ bricks }) => bricks === 0);
  const [any] = full;
  if (any === undefined) return [];
  const served = ({ group }: DeviceRoom): number => Number((groups.get(group) ?? 0) > 0);
  const nearest = full.sort((a, b) => served(a) - served(b) || missingKiB(a) - missingKiB(b)).slice(0, SHOWN);
  const neededKiB = any.brickKiB;
  return [
    {
      rule: 'free-space',
      detail: `${full.length} of ${counted(devices.length, 'device')} that may be used have too little free space: more than ${kibText(neededKiB)} is needed`,
      values: { devices: full.length, of: devices.length, neededKiB },
      because: nearest.map(nearMiss),
    },
  ];
}

function missingKiB({ device, brickKiB }: DeviceRoom): number {
  return brickKiB + 1 - device.freeKiB;
}

function nearMiss(room: DeviceRoom): Reason {
  const { deviceId, nodeId, zone, freeKiB } = room.device;
  const missing = missingKiB(room);
  const free = `${kibText(freeKiB)} free, ${kibText(missing)} too little`;
  return {
    rule: 'free-space',
    detail: `device ${deviceId} of node ${nodeId} in zone ${zone}: ${free}`,
    values: { deviceId, nodeId, zone, freeKiB, neededKiB: room.brickKiB, missingKiB: missing },
  };
}

function endReason({ request, settings, tooMany }: Pick<RefusedPlacement, 'request' | 'settings' | 'tooMany'>): Reason {
  if (tooMany === null) {
    const { brickMinGiB } = settings;
    const detail = `smaller bricks would be below the minimum of ${brickMinGiB} GiB`;
    return { rule: 'brick-min-size', detail, values: { brickMinGiB } };
  }
  const bricks = bricksWith(request, tooMany.sets);
  const { maxBricksPerVolume } = settings;
  const setSize = (bricks - request.existingBricks) / tooMany.sets;
  return {
    rule: 'max-bricks-per-volume',
    detail: `${cutText(tooMany, setSize)} would make ${bricks} bricks, the limit is ${maxBricksPerVolume}`,
    values: { bricks, maxBricksPerVolume },
  };
}

function cutText({ sets, brickSizeKiB }: BrickCut, setSize: number): string {
  return `${counted(sets, 'brick set')} of ${counted(setSize, 'brick')} of ${gibText(brickSizeKiB)}`;
}
