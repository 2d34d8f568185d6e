import { selectCandidates, type PlacementNode } from '../candidates.js';
import { bricksOf, bricksWith, permittedCuts } from '../cuts.js';
import type { FillRequest } from '../fill-brick-sets.js';
import { type DeviceRoom, type Room, roomFor } from '../room.js';
import { tagRuleText } from '../tag-rule.js';
import { placementRules } from '../volume-options.js';
import { fits, orElse, type PlacementProblem } from './problem.js';
import type { Remedy, SpaceToFree } from './remedy.js';

/** On more devices than this nobody frees space for one volume. */
const MOST_DEVICES = 5;
/** Beyond this many bricks a higher limit is no remedy. */
const MOST_BRICKS = 1024;

/** What the site may change about its devices and limits, so that it fits at the size and durability asked for. */
export function spaceRemedies(problem: PlacementProblem): readonly Remedy[] {
  const attempts = orElse([], () => attemptsOf(problem));
  return [freeSpace(problem, attempts), addNodes(problem, attempts), moreBricks(problem)].flatMap((remedy) =>
    remedy === null ? [] : [remedy],
  );
}

function attemptsOf({ request, nodes, settings, seed }: PlacementProblem): readonly FillRequest[] {
  const rules = placementRules(request.durability, request.glusterVolumeOptions, settings);
  const { candidates } = selectCandidates(nodes, rules, seed);
  return permittedCuts(request, settings).cuts.map((cut) => ({ ...bricksOf(request, cut, rules), candidates }));
}

/** The fewest devices on which other bricks would have to go, and of as many the least space. */
function freeSpace(problem: PlacementProblem, attempts: readonly FillRequest[]): Remedy | null {
  const totals = new Map(
    problem.nodes.flatMap(({ devices }) => devices.map(({ deviceId, totalKiB }) => [deviceId, totalKiB])),
  );
  const sum = (devices: readonly SpaceToFree[]): number =>
    devices.reduce((all, { freeMoreKiB }) => all + freeMoreKiB, 0);
  const [best] = attempts
    .flatMap((attempt) => {
      const devices = leastToFree(attempt, totals);
      return devices !== null && devices.length <= MOST_DEVICES ? [devices] : [];
    })
    .sort((a, b) => a.length - b.length || sum(a) - sum(b));
  if (best === undefined || best.length === 0) return null;
  return fits({ ...problem, nodes: freed(problem.nodes, best) }) ? { kind: 'free-space', devices: best } : null;
}

/** One brick after the other where it takes the least; null where the devices are too small for that, all bricks gone. */
function leastToFree(attempt: FillRequest, totals: ReadonlyMap<string, number>): readonly SpaceToFree[] | null {
  const { devices, groups, served, needed }: Room = roomFor(attempt);
  const room = new Map(groups);
  const extra = new Map<DeviceRoom, number>();
  const bricksOn = (one: DeviceRoom): number => one.bricks + (extra.get(one) ?? 0) + 1;
  const costKiB = (one: DeviceRoom): number => bricksOn(one) * one.brickKiB + 1 - one.device.freeKiB;
  for (let missing = needed - served; missing > 0; missing -= 1) {
    let cheapest: DeviceRoom | null = null;
    for (const one of devices) {
      if ((room.get(one.group) ?? 0) >= attempt.sets) continue;
      if (bricksOn(one) * one.brickKiB >= (totals.get(one.device.deviceId) ?? 0)) continue;
      if (cheapest === null || costKiB(one) < costKiB(cheapest)) cheapest = one;
    }
    if (cheapest === null) return null;
    extra.set(cheapest, (extra.get(cheapest) ?? 0) + 1);
    room.set(cheapest.group, (room.get(cheapest.group) ?? 0) + 1);
  }
  return [...extra].map(([{ device, bricks, brickKiB }, more]) => ({
    deviceId: device.deviceId,
    nodeId: device.nodeId,
    freeMoreKiB: (bricks + more) * brickKiB + 1 - device.freeKiB,
  }));
}

function freed(nodes: readonly PlacementNode[], devices: readonly SpaceToFree[]): readonly PlacementNode[] {
  const more = new Map(devices.map(({ deviceId, freeMoreKiB }) => [deviceId, freeMoreKiB]));
  return nodes.map((node) => ({
    ...node,
    devices: node.devices.map((device) => ({ ...device, freeKiB: device.freeKiB + (more.get(device.deviceId) ?? 0) })),
  }));
}

/** The fewest new nodes, each in a zone of its own where checking is strict, with one device each; large bricks preferred. */
function addNodes(problem: PlacementProblem, attempts: readonly FillRequest[]): Remedy | null {
  const options = attempts
    .map((attempt) => {
      const { served, needed } = roomFor(attempt);
      const nodes = Math.max(1, Math.ceil((needed - served) / attempt.sets));
      return { attempt, nodes };
    })
    .sort((a, b) => a.nodes - b.nodes);
  for (const { attempt, nodes } of options) {
    const moreThanKiB = spaceForSets(attempt);
    // Counting knows of data bricks only: where arbiters lack a place too, another node is needed.
    for (let count = nodes; count <= attempt.shape.length; count += 1) {
      if (!fits({ ...problem, nodes: [...problem.nodes, ...newNodes(problem, count, moreThanKiB + 1)] })) continue;
      const { request, settings } = problem;
      const { tagRule } = placementRules(request.durability, request.glusterVolumeOptions, settings);
      const tags = { tagRule: tagRule === null ? null : tagRuleText(tagRule) };
      return { kind: 'add-nodes', nodes: count, inNewZones: attempt.strictZones, moreThanKiB, ...tags };
    }
  }
  return null;
}

const EXTENT_KIB = 4096;

/** What a brick of every set costs one device. */
function spaceForSets(attempt: FillRequest): number {
  const empty = { deviceId: '', nodeId: '', zone: 0, freeKiB: 0, extentSizeKiB: EXTENT_KIB, role: 'any' } as const;
  const [device] = roomFor({ ...attempt, candidates: [empty] }).devices;
  return attempt.sets * (device?.brickKiB ?? 0);
}

/** Nodes as nobody has them: their ids cannot be those of others. */
function newNodes({ request, nodes, settings }: PlacementProblem, count: number, freeKiB: number): PlacementNode[] {
  const { tagRule } = placementRules(request.durability, request.glusterVolumeOptions, settings);
  const tags = tagRule?.equal === true ? { [tagRule.name]: tagRule.value } : {};
  const zone = Math.max(0, ...nodes.map((node) => node.zone));
  return Array.from({ length: count }, (_, index): PlacementNode => {
    const nodeId = `new-${index}`;
    const device = { deviceId: `${nodeId}-device`, freeKiB, totalKiB: freeKiB, extentSizeKiB: EXTENT_KIB, tags };
    return { nodeId, zone: zone + index + 1, state: 'online', tags, devices: [{ ...device, state: 'online' }] };
  });
}

/** The lowest limit on bricks with which smaller ones find a place. */
function moreBricks(problem: PlacementProblem): Remedy | null {
  const { request, settings } = problem;
  let { tooMany } = permittedCuts(request, settings);
  while (tooMany !== null) {
    const bricks = bricksWith(request, tooMany.sets);
    if (bricks > MOST_BRICKS) return null;
    const higher = { ...settings, maxBricksPerVolume: bricks };
    if (fits({ ...problem, settings: higher })) {
      return { kind: 'max-bricks-per-volume', bricks, insteadOf: settings.maxBricksPerVolume };
    }
    ({ tooMany } = permittedCuts(request, higher));
  }
  return null;
}
