import { roundUp } from '#kernel';
import {
  brickIdOfLv,
  brickIdOfPool,
  deviceIdOfVg,
  type FoundLogicalVolume,
  type FoundThinPool,
  type NodeInventory,
} from '#storage-nodes';
import type { ExpectedBrick, ExpectedNode } from '../expected.js';
import type { Finding } from '../finding.js';

type LvKind = 'thin-pool' | 'logical-volume';

/** The thin pools and logical volumes of bricks. */
export function compareBricks(expected: ExpectedNode, inventory: NodeInventory): readonly Finding[] {
  const { nodeId } = expected.node;
  const pools = new Map(inventory.thinPools.map((pool) => [`${pool.vg}/${pool.name}`, pool]));
  const volumes = new Map(inventory.logicalVolumes.map((volume) => [`${volume.vg}/${volume.name}`, volume]));
  const extents = new Map(inventory.volumeGroups.map(({ name, extentSizeKiB }) => [name, extentSizeKiB]));
  const own = expected.bricks.flatMap((of) => {
    const { vg, lv, pool } = of.names;
    const { thinPoolKiB, sizeKiB } = of.brick;
    const extentKiB = extents.get(vg) ?? 1;
    return [
      ...one(nodeId, 'thin-pool', of, `${vg}/${pool}`, roundUp(thinPoolKiB, extentKiB), take(pools, `${vg}/${pool}`)),
      ...one(nodeId, 'logical-volume', of, `${vg}/${lv}`, roundUp(sizeKiB, extentKiB), take(volumes, `${vg}/${lv}`)),
    ];
  });
  return [
    ...own,
    ...[...pools.values()].map((each) => other(nodeId, 'thin-pool', each, brickIdOfPool(each.name))),
    ...[...volumes.values()].map((each) => other(nodeId, 'logical-volume', each, brickIdOfLv(each.name))),
  ];
}

/** What is left in the map in the end is nobody's. */
function take<T>(from: Map<string, T>, key: string): T | undefined {
  const found = from.get(key);
  from.delete(key);
  return found;
}

function one(
  nodeId: string,
  kind: LvKind,
  of: ExpectedBrick,
  what: string,
  sizeKiB: number,
  there: FoundThinPool | FoundLogicalVolume | undefined,
): readonly Finding[] {
  const { brickId, deviceId, volumeId } = of.brick;
  const base = { nodeId, kind, what, about: { brickId, deviceId, volumeId }, of: { brick: of } };
  if (of.standing !== 'settled') return there === undefined ? [] : [{ ...base, problem: of.standing }];
  if (there === undefined) return [{ ...base, problem: 'missing' }];
  const expected = description(sizeKiB, kind === 'logical-volume' ? of.names.pool : null);
  const found = description(there.sizeKiB, 'pool' in there ? there.pool : null);
  return expected === found ? [] : [{ ...base, problem: 'different', expected, found }];
}

const description = (sizeKiB: number, pool: string | null): string =>
  `${sizeKiB} KiB${pool === null ? '' : ` in pool ${pool === '' ? 'none' : pool}`}`;

function other(nodeId: string, kind: LvKind, { vg, name }: FoundThinPool, brickId: string | null): Finding {
  const deviceId = deviceIdOfVg(vg);
  const base = { nodeId, kind, what: `${vg}/${name}` };
  if (deviceId === null) return { ...base, problem: 'foreign', about: {} };
  return brickId === null
    ? { ...base, problem: 'foreign', about: { deviceId } }
    : { ...base, problem: 'leaked', about: { deviceId, brickId } };
}
