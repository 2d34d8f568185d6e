import { bricksPerSet, type BrickReservation } from '#domain';
import type { GlusterBrick, GlusterVolume } from '#storage-nodes';
import type { ExpectedVolume } from '../expected.js';
import type { Finding } from '../finding.js';
import { subjectOfPath } from './names.js';

/** Node ids by storage hostname. */
export type NodesByHost = ReadonlyMap<string, string>;

/** Which brick is meant, whichever of its node's names Gluster was given. */
type Place = string;

const placeOf = ({ nodeId, path }: BrickReservation): Place => `${nodeId}:${path}`;
const textOf = ({ storageHost, path }: GlusterBrick): string => `${storageHost}:${path}`;

/** The host of an IPv6 address has colons of its own. */
export function parseBrick(text: string): GlusterBrick {
  const colon = text.indexOf(':/');
  return { storageHost: text.slice(0, colon), path: text.slice(colon + 1) };
}

/** The bricks of a volume of ours against those that one glusterd knows it with. */
export function compareVolumeBricks(
  nodeId: string,
  of: ExpectedVolume,
  found: GlusterVolume,
  hosts: NodesByHost,
): readonly Finding[] {
  const there = found.bricks.map(parseBrick).map((brick) => ({
    brick,
    place: `${hosts.get(brick.storageHost) ?? brick.storageHost}:${brick.path}`,
  }));
  const places = new Set(there.map(({ place }) => place));
  const required = of.brickSets.flat();
  const wanted = new Set([...required, ...of.arriving.flat()].map(placeOf));
  const missing = required.filter((brick) => !places.has(placeOf(brick)));
  const extra = there.filter(({ place }) => !wanted.has(place)).map(({ brick }) => brick);
  if (missing.length === 0 && extra.length === 0) return order(nodeId, of, [...places]);
  return [...lacks(nodeId, of, missing, hosts), ...surplus(nodeId, of, extra)];
}

function lacks(
  nodeId: string,
  of: ExpectedVolume,
  missing: readonly BrickReservation[],
  hosts: NodesByHost,
): readonly Finding[] {
  const { name, volumeId } = of.volume;
  // the first name of a node is the one that Gluster is given
  const hostOf = new Map([...hosts].toReversed().map(([host, id]) => [id, host]));
  const bricks = missing.map(({ nodeId: on, path }) => ({ storageHost: hostOf.get(on) ?? on, path }));
  return missing.map(({ brickId, deviceId }, index) => ({
    nodeId,
    kind: 'gluster-brick',
    what: `${name} ${bricks
      .slice(index, index + 1)
      .map(textOf)
      .join('')}`,
    problem: 'missing',
    about: { volumeId, brickId, deviceId },
    of: { volume: of },
    bricks,
  }));
}

function surplus(nodeId: string, of: ExpectedVolume, bricks: readonly GlusterBrick[]): readonly Finding[] {
  const { name, volumeId } = of.volume;
  return bricks.map((brick) => ({
    nodeId,
    kind: 'gluster-brick',
    what: `${name} ${textOf(brick)}`,
    problem: 'leaked',
    about: { ...subjectOfPath(brick.path), volumeId },
    of: { volume: of },
    bricks,
  }));
}

/**
 * Bricks have to stand in their sets, each in its order: that is what copies and the arbiter go by. In which order whole sets
 * follow each other means nothing to Gluster or to us.
 */
function order(nodeId: string, of: ExpectedVolume, places: readonly Place[]): readonly Finding[] {
  const { name, volumeId, durability } = of.volume;
  const required = new Set(of.brickSets.flat().map(placeOf));
  const settled = places.filter((place) => required.has(place));
  const size = bricksPerSet(durability);
  const sets = new Set(settled.flatMap((_, at) => (at % size === 0 ? [settled.slice(at, at + size).join('\n')] : [])));
  if (of.brickSets.every((set) => sets.has(set.map(placeOf).join('\n')))) return [];
  return [
    {
      nodeId,
      kind: 'gluster-volume',
      what: name,
      problem: 'different',
      about: { volumeId },
      of: { volume: of },
      expected: 'bricks in the order of the brick sets',
      found: 'bricks in another order',
    },
  ];
}
