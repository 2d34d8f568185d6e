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
  /** Of devices that are as good as each other the earlier one is taken. */
  readonly candidates: readonly Candidate[];
  readonly strictZones: boolean;
  readonly snapshotFactor: number;
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

/** A candidate with what is left of it, and what a brick of either role costs it. */
interface Device extends Omit<Candidate, 'freeKiB' | 'extentSizeKiB'> {
  readonly group: string;
  readonly data: BrickSpace;
  readonly arbiter: BrickSpace;
  leftKiB: number;
}

interface Taken {
  readonly device: Device;
  readonly space: BrickSpace;
}

class Search {
  private readonly devices: readonly Device[];
  /** How many more data bricks each group (node, or zone if strict) has room for. */
  private readonly room = new Map<string, number>();
  private readonly positions: readonly number[];
  private readonly dataBricks: number;
  private readonly taken: Taken[] = [];
  private tries: number;

  constructor(private readonly request: FillRequest) {
    const { candidates, shape, snapshotFactor, strictZones, sets } = request;
    const sizeOf = (role: BrickShape['role']): number => shape.find((brick) => brick.role === role)?.sizeKiB ?? 0;
    const dataKiB = sizeOf('data');
    const arbiterKiB = sizeOf('arbiter');
    // Spelled out: objects made by spreading are slow in V8 here, ten times over the whole search on Node 20.
    this.devices = candidates.map(({ deviceId, nodeId, zone, role, freeKiB, extentSizeKiB }) => ({
      deviceId,
      nodeId,
      zone,
      role,
      group: strictZones ? zone.toString() : nodeId,
      data: brickSpace(dataKiB, snapshotFactor, extentSizeKiB),
      arbiter: brickSpace(arbiterKiB, snapshotFactor, extentSizeKiB),
      leftKiB: freeKiB,
    }));
    for (const device of this.devices) this.addRoom(device, 1);
    // Last position first: the arbiter is the choosier one and must not find its node taken by data.
    const positions = shape.map((_, position) => position);
    this.positions = arbiterKiB > 0 ? positions.reverse() : positions;
    this.dataBricks = shape.filter(({ role }) => role === 'data').length;
    this.tries = extraTries + sets * shape.length * candidates.length;
  }

  run(): readonly (readonly BrickAssignment[])[] | null {
    return this.promising() && this.placeNext() ? this.result() : null;
  }

  private placeNext(): boolean {
    const { shape, sets } = this.request;
    if (this.taken.length === sets * shape.length) return true;
    const { role } = this.brickAt(this.taken.length);
    for (const device of this.choices(role)) {
      if (this.tries === 0) return false;
      this.tries -= 1;
      this.taken.push({ device, space: device[role] });
      this.charge(device, device[role].totalKiB);
      if (this.promising() && this.placeNext()) return true;
      this.charge(device, -device[role].totalKiB);
      this.taken.pop();
    }
    return false;
  }

  /** The devices worth trying for a brick, best first: of every node only its best, the others would serve no better. */
  private choices(role: BrickShape['role']): readonly Device[] {
    const inSet = this.currentSet();
    const used = new Set(inSet.map(({ device }) => device.group));
    const bricksInZone = new Map<number, number>();
    for (const { device } of inSet) bricksInZone.set(device.zone, (bricksInZone.get(device.zone) ?? 0) + 1);
    const better = (a: Device, b: Device): number =>
      (bricksInZone.get(a.zone) ?? 0) - (bricksInZone.get(b.zone) ?? 0) ||
      Number(a.role === 'any') - Number(b.role === 'any') ||
      b.leftKiB - a.leftKiB;
    const best = new Map<string, Device>();
    for (const device of this.devices) {
      if (used.has(device.group) || !takes(device, role) || device.leftKiB <= device[role].totalKiB) continue;
      const known = best.get(device.nodeId);
      if (known === undefined || better(device, known) < 0) best.set(device.nodeId, device);
    }
    return [...best.values()].sort(better);
  }

  /** False where the data bricks that are still to come cannot all find a place. */
  private promising(): boolean {
    const { shape, sets } = this.request;
    const setsDone = Math.floor(this.taken.length / shape.length);
    if (setsDone === sets) return true;
    const inSet = this.currentSet();
    const open = new Set(this.room.keys());
    for (const { device } of inSet) open.delete(device.group);
    const placed = inSet.filter((_, index) => this.brickAt(index).role === 'data').length;
    return canFill(this.room, open, this.dataBricks - placed, sets - setsDone - 1, this.dataBricks);
  }

  private charge(device: Device, byKiB: number): void {
    this.addRoom(device, -1);
    device.leftKiB -= byKiB;
    this.addRoom(device, 1);
  }

  private addRoom(device: Device, sign: 1 | -1): void {
    if (!takes(device, 'data')) return;
    const bricks = sign * bricksThatFit(device.leftKiB, device.data.totalKiB);
    this.room.set(device.group, (this.room.get(device.group) ?? 0) + bricks);
  }

  private currentSet(): readonly Taken[] {
    return this.taken.slice(this.taken.length - (this.taken.length % this.request.shape.length));
  }

  /** Bricks are placed in the order of `positions`, set after set. */
  private positionAt(index: number): number {
    return this.positions[index % this.positions.length] ?? 0;
  }

  private brickAt(index: number): BrickShape {
    const brick = this.request.shape[this.positionAt(index)];
    if (brick === undefined) throw new Error('a brick set has no bricks');
    return brick;
  }

  private result(): readonly (readonly BrickAssignment[])[] {
    const { shape, sets } = this.request;
    const bricks = this.taken.map(({ device, space }, index): BrickAssignment => ({
      set: Math.floor(index / shape.length),
      position: this.positionAt(index),
      nodeId: device.nodeId,
      deviceId: device.deviceId,
      sizeKiB: this.brickAt(index).sizeKiB,
      thinPoolKiB: space.thinPoolKiB,
      poolMetadataKiB: space.poolMetadataKiB,
    }));
    return Array.from({ length: sets }, (_, set) =>
      bricks.filter((brick) => brick.set === set).sort((a, b) => a.position - b.position),
    );
  }
}

function takes(device: Device, role: BrickShape['role']): boolean {
  return device.role === 'any' || device.role === role;
}
