import { DomainError, KIB_PER_GIB, type Reason } from '#kernel';
import { bricksPerSet } from '../volume/brick-sets.js';
import type { Durability } from '../volume/events.js';
import { type BrickShape, brickSetShape } from './brick-set-shape.js';
import { type BrickCut, brickSizes } from './brick-sizes.js';
import { brickSpace } from './brick-space.js';
import { type Candidate, type PlacementNode, type Selection, selectCandidates } from './candidates.js';
import { type BrickAssignment, fillBrickSets } from './fill-brick-sets.js';
import type { PlacementSettings } from './settings.js';
import { placementRules, type PlacementRules } from './volume-options.js';

/** What is to be placed in one cluster: a new volume, or what an expansion adds. */
export interface PlacementRequest {
  readonly sizeGiB: number;
  readonly durability: Durability;
  readonly snapshotFactor: number;
  readonly glusterVolumeOptions: readonly string[];
  /** Bricks that the volume has already. */
  readonly existingBricks: number;
}

/** The capacity errors: a cluster that answers one of these has no room, another may have. */
export const capacityTexts = {
  noSpace: 'No space',
  maxBricks: 'Maximum number of bricks reached.',
  minBrickSize: 'Minimum brick size limit reached.  Out of space.',
} as const;

/**
 * Places a volume, with the fewest and largest bricks that fit: Heketi's series of sizes, each tried for all brick sets at
 * once. Pure: the same request, nodes and seed give the same answer.
 * @throws DomainError `refused` with Heketi's text, and in its reasons what was tried and the rule that dropped each device
 */
export function placeBricks(
  request: PlacementRequest,
  nodes: readonly PlacementNode[],
  seed: string,
  settings: PlacementSettings,
): readonly (readonly BrickAssignment[])[] {
  const setSize = bricksPerSet(request.durability);
  const rules = placementRules(request.durability, request.glusterVolumeOptions, settings);
  const attempts = new Attempts(request, rules);
  let selection: Selection | null = null;
  for (const cut of brickSizes(request.durability, request.sizeGiB, settings)) {
    const bricks = cut.sets * setSize + request.existingBricks;
    if (bricks > settings.maxBricksPerVolume) {
      throw attempts.refusal(capacityTexts.maxBricks, {
        rule: 'max-bricks-per-volume',
        detail: `${describeCut(cut, setSize)} would make ${bricks} bricks, the limit is ${settings.maxBricksPerVolume}`,
      });
    }
    const shape = brickSetShape(request.durability, cut.brickSizeKiB, rules);
    // Only now: a volume of too many bricks is refused before anybody asks whether the cluster has any devices.
    selection ??= selectCandidates(nodes, rules, seed);
    const { candidates } = selection;
    const { strictZones } = rules;
    const { snapshotFactor } = request;
    const filled = fillBrickSets({ sets: cut.sets, shape, candidates, strictZones, snapshotFactor });
    if (filled !== null) return filled;
    attempts.failed(cut, shape, selection);
  }
  throw attempts.refusal(capacityTexts.minBrickSize, {
    rule: 'brick-min-size',
    detail: `smaller bricks would be below the minimum of ${settings.brickMinGiB} GiB`,
  });
}

/** What was tried and why it failed, for the reason tree. Devices are listed once, for the smallest bricks tried. */
class Attempts {
  private readonly tried: Reason[] = [];
  private devices: readonly Reason[] = [];

  constructor(
    private readonly request: PlacementRequest,
    private readonly rules: PlacementRules,
  ) {}

  failed(cut: BrickCut, shape: readonly BrickShape[], { candidates, dropped }: Selection): void {
    const judged = candidates.map((device) => ({ device, reason: this.judge(device, cut.brickSizeKiB) }));
    const fitting = judged.filter(({ reason }) => reason.rule === 'fits').map(({ device }) => device);
    const nodes = new Set(fitting.map(({ nodeId }) => nodeId)).size;
    const zones = new Set(fitting.map(({ zone }) => zone)).size;
    const found = `${fitting.length} devices on ${nodes} nodes in ${zones} zones have room for a brick`;
    const needed = `every set needs ${shape.length} different ${this.rules.strictZones ? 'zones' : 'nodes'}`;
    const takers = candidates.filter(({ role }) => role !== 'data').length;
    const arbiter = this.rules.arbiter === null ? '' : `, ${takers} devices may take an arbiter brick`;
    const detail = `${describeCut(cut, shape.length)}: ${found}, ${needed}${arbiter}`;
    this.tried.push({ rule: this.rules.strictZones ? 'zone-checking' : 'one-brick-per-node', detail });
    this.devices = [...judged.map(({ reason }) => reason), ...dropped];
  }

  refusal(text: string, last: Reason): DomainError {
    const devices: readonly Reason[] =
      this.devices.length === 0
        ? []
        : [{ rule: 'devices', detail: 'each device, at the smallest brick size tried', because: this.devices }];
    return new DomainError('refused', text, [...this.tried, last, ...devices]);
  }

  private judge(device: Candidate, brickSizeKiB: number): Reason {
    const { totalKiB } = brickSpace(brickSizeKiB, this.request.snapshotFactor, device.extentSizeKiB);
    const place = `device ${device.deviceId} of node ${device.nodeId} in zone ${device.zone}`;
    const state = `${place}: ${device.freeKiB} KiB free, a data brick needs more than ${totalKiB} KiB`;
    return { rule: device.freeKiB > totalKiB ? 'fits' : 'free-space', detail: state };
  }
}

function describeCut(cut: BrickCut, setSize: number): string {
  const sizeGiB = Number((cut.brickSizeKiB / KIB_PER_GIB).toFixed(4));
  return `${cut.sets} brick sets of ${setSize} bricks of ${sizeGiB} GiB`;
}
