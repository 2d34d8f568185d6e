import { createHash } from 'node:crypto';
import type { BrickShape } from './brick-set-shape.js';
import { brickSpace, type BrickSpace } from './brick-space.js';
import type { Candidate } from './candidates.js';
import { bricksThatFit, canFill } from './feasibility.js';

/** A brick with its place: position `position` of brick set `set`, both from 0. */
export interface BrickAssignment {
  readonly set: number;
  readonly position: number;
  readonly nodeId: string;
  readonly deviceId: string;
  readonly sizeKiB: number;
  readonly thinPoolKiB: number;
  readonly poolMetadataKiB: number;
}

export interface FillRequest {
  readonly sets: number;
  /** The bricks of one set. */
  readonly shape: readonly BrickShape[];
  readonly candidates: readonly Candidate[];
  readonly strictZones: boolean;
  readonly snapshotFactor: number;
  /** Breaks ties: the same seed gives the same answer, another one spreads equal devices differently. */
  readonly seed: string;
}

/**
 * How many placements of a brick may be taken back. With bricks of one size, or a single set, counting (`canFill`) keeps
 * the search from ever going wrong, and this does not matter; it bounds volumes with arbiter bricks and several sets.
 */
const extraTries = 2_000;

/**
 * Finds a device for every brick: no two bricks of a set on one node (nor, if strict, in one zone), and every brick leaves
 * some space free on its device. Prefers zones that the set has not used yet, devices set aside for the role, and then the
 * most free space. null where there is no such assignment, or none was found within the bound above.
 */
export function fillBrickSets(request: FillRequest): readonly (readonly BrickAssignment[])[] | null {
  return new Search(request).run();
}

interface Device extends Candidate {
  readonly tie: string;
  readonly group: string;
  leftKiB: number;
}

class Search {
  private readonly devices: readonly Device[];
  private readonly positions: readonly number[];
  private readonly dataBricks: number;
  private readonly dataSizeKiB: number;
  private readonly taken: { readonly device: Device; readonly space: BrickSpace }[] = [];
  private tries: number;

  constructor(private readonly request: FillRequest) {
    const { candidates, shape, seed, strictZones } = request;
    this.devices = candidates.map((candidate) => ({
      ...candidate,
      tie: createHash('sha256').update(`${seed}\u0000${candidate.deviceId}`).digest('hex'),
      group: strictZones ? candidate.zone.toString() : candidate.nodeId,
      leftKiB: candidate.freeKiB,
    }));
    // Last position first: the arbiter is the choosier one and must not find its node taken by data.
    const positions = shape.map((_, position) => position);
    this.positions = shape.some(({ role }) => role === 'arbiter') ? positions.reverse() : positions;
    const data = shape.filter(({ role }) => role === 'data');
    this.dataBricks = data.length;
    this.dataSizeKiB = data[0]?.sizeKiB ?? 0;
    this.tries = extraTries + request.sets * shape.length * candidates.length;
  }

  run(): readonly (readonly BrickAssignment[])[] | null {
    if (!this.promising() || !this.placeNext()) return null;
    return this.result();
  }

  private placeNext(): boolean {
    const { shape, sets } = this.request;
    if (this.taken.length === sets * shape.length) return true;
    const brick = shape[this.positionOf(this.taken.length)];
    if (brick === undefined) throw new Error('a brick set has no bricks');
    for (const device of this.choices(brick)) {
      if (this.tries === 0) return false;
      this.tries -= 1;
      const space = this.space(brick.sizeKiB, device);
      device.leftKiB -= space.totalKiB;
      this.taken.push({ device, space });
      if (this.promising() && this.placeNext()) return true;
      this.taken.pop();
      device.leftKiB += space.totalKiB;
    }
    return false;
  }

  /** The devices worth trying for a brick, best first: of every node only its best, the others would serve no better. */
  private choices(brick: BrickShape): readonly Device[] {
    const inSet = this.currentSet();
    const used = new Set(inSet.map(({ device }) => device.group));
    const bricksInZone = new Map<number, number>();
    for (const { device } of inSet) bricksInZone.set(device.zone, (bricksInZone.get(device.zone) ?? 0) + 1);
    const better = (a: Device, b: Device): number =>
      (bricksInZone.get(a.zone) ?? 0) - (bricksInZone.get(b.zone) ?? 0) ||
      Number(a.role === 'any') - Number(b.role === 'any') ||
      b.leftKiB - a.leftKiB ||
      (a.tie < b.tie ? -1 : 1);
    const best = new Map<string, Device>();
    for (const device of this.devices) {
      if (used.has(device.group) || !takes(device, brick.role)) continue;
      if (device.leftKiB <= this.space(brick.sizeKiB, device).totalKiB) continue;
      const known = best.get(device.nodeId);
      if (known === undefined || better(device, known) < 0) best.set(device.nodeId, device);
    }
    return [...best.values()].sort(better);
  }

  /** False where the data bricks that are still to come cannot all find a place. */
  private promising(): boolean {
    const room = new Map<string, number>();
    for (const device of this.devices) {
      if (!takes(device, 'data')) continue;
      const bricks = bricksThatFit(device.leftKiB, this.space(this.dataSizeKiB, device).totalKiB);
      room.set(device.group, (room.get(device.group) ?? 0) + bricks);
    }
    const { shape, sets } = this.request;
    const inSet = this.currentSet();
    const open = new Set(room.keys());
    for (const { device } of inSet) open.delete(device.group);
    const data = inSet.filter((_, index) => shape[this.positionOf(index)]?.role === 'data').length;
    const setsDone = Math.floor(this.taken.length / shape.length);
    if (setsDone === sets) return true;
    return canFill(room, open, this.dataBricks - data, sets - setsDone - 1, this.dataBricks);
  }

  private currentSet(): readonly { readonly device: Device; readonly space: BrickSpace }[] {
    const size = this.request.shape.length;
    return this.taken.slice(this.taken.length - (this.taken.length % size));
  }

  private positionOf(index: number): number {
    return this.positions[index % this.positions.length] ?? 0;
  }

  private space(sizeKiB: number, device: Device): BrickSpace {
    return brickSpace(sizeKiB, this.request.snapshotFactor, device.extentSizeKiB);
  }

  private result(): readonly (readonly BrickAssignment[])[] {
    const { shape, sets } = this.request;
    const bricks = this.taken.map(({ device, space }, index): BrickAssignment => {
      const position = this.positionOf(index);
      return {
        set: Math.floor(index / shape.length),
        position,
        nodeId: device.nodeId,
        deviceId: device.deviceId,
        sizeKiB: shape[position]?.sizeKiB ?? 0,
        thinPoolKiB: space.thinPoolKiB,
        poolMetadataKiB: space.poolMetadataKiB,
      };
    });
    return Array.from({ length: sets }, (_, set) =>
      bricks.filter((brick) => brick.set === set).sort((a, b) => a.position - b.position),
    );
  }
}

function takes(device: Device, role: BrickShape['role']): boolean {
  return device.role === 'any' || device.role === role;
}
