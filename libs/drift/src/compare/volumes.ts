import { bricksPerSet, type BrickReservation } from '#domain';
import { isId } from '#kernel';
import { glusterCommands, type GlusterBrick, type GlusterVolume } from '#storage-nodes';
import type { ExpectedCluster, ExpectedVolume } from '../expected.js';
import type { Finding, Subject } from '../finding.js';
import { subjectOfPath } from './names.js';
import type { Pool, Viewer } from './pool.js';

const { OWNER_KEY } = glusterCommands;

/** The volumes of the Gluster cluster against those of ours. */
export function compareVolumes(pool: Pool): readonly Finding[] {
  const { expected, viewers } = pool;
  const hosts = nodesByHost(expected);
  const own = expected.volumes.flatMap((of) => ownVolume(of, viewers, hosts));
  const names = new Set(expected.volumes.map(({ volume }) => volume.name));
  const others = new Map<string, Finding>();
  for (const { node, sight } of viewers) {
    for (const volume of sight.volumes) {
      if (!names.has(volume.name) && !others.has(volume.name)) others.set(volume.name, other(node.nodeId, volume));
    }
  }
  return [...own, ...others.values()];
}

type NodesByHost = ReadonlyMap<string, string>;

function nodesByHost({ members }: ExpectedCluster): NodesByHost {
  return new Map(members.flatMap(({ node }) => node.storageHostnames.map((host) => [host, node.nodeId] as const)));
}

function ownVolume(of: ExpectedVolume, viewers: readonly Viewer[], hosts: NodesByHost): readonly Finding[] {
  const { name, volumeId } = of.volume;
  const base = { kind: 'gluster-volume', what: name, about: { volumeId }, of: { volume: of } } as const;
  const seen = viewers.map(({ node, sight }) => ({
    nodeId: node.nodeId,
    volume: sight.volumes.find((each) => each.name === name),
  }));
  const holders = seen.flatMap(({ nodeId, volume }) => (volume === undefined ? [] : [{ nodeId, volume }]));
  const [first] = holders;
  if (of.standing === 'in-flight') {
    return first === undefined ? [] : [{ ...base, nodeId: first.nodeId, problem: 'in-flight' }];
  }
  // Where no glusterd has it one of them is enough to make it again.
  const lacking = first === undefined ? seen.slice(0, 1) : seen.filter(({ volume }) => volume === undefined);
  const missing = lacking.map(({ nodeId }): Finding => ({
    ...base,
    nodeId,
    problem: 'missing',
    ...(first === undefined ? {} : { holder: first.nodeId }),
  }));
  return [...missing, ...once(holders.flatMap(({ nodeId, volume }) => differences(nodeId, of, volume, hosts)))];
}

/** What several glusterds say alike is told of the first. */
function once(findings: readonly Finding[]): readonly Finding[] {
  const key = ({ kind, what, problem, found = '' }: Finding): string => [kind, what, problem, found].join('\n');
  return [...new Map(findings.toReversed().map((finding) => [key(finding), finding])).values()].toReversed();
}

function differences(nodeId: string, of: ExpectedVolume, found: GlusterVolume, hosts: NodesByHost): readonly Finding[] {
  const { name, volumeId } = of.volume;
  const base = { nodeId, kind: 'gluster-volume', what: name, about: { volumeId }, of: { volume: of } } as const;
  const owner = found.options[OWNER_KEY];
  const unlike = (expected: string, is: string): Finding => ({ ...base, problem: 'different', expected, found: is });
  return [
    ...(owner === volumeId ? [] : [unlike(`${OWNER_KEY} ${volumeId}`, `${OWNER_KEY} ${owner ?? '(none)'}`)]),
    ...(found.started ? [] : [unlike('started', 'stopped')]),
    ...bricks(nodeId, of, found, hosts),
  ];
}

function bricks(nodeId: string, of: ExpectedVolume, found: GlusterVolume, hosts: NodesByHost): readonly Finding[] {
  const { volume } = of;
  const hostOf = new Map([...hosts].toReversed().map(([host, id]) => [id, host]));
  const placeOf = (brick: BrickReservation): string => `${brick.nodeId}:${brick.path}`;
  const there = found.bricks.map(parseBrick).map((brick) => ({
    brick,
    place: `${hosts.get(brick.storageHost) ?? brick.storageHost}:${brick.path}`,
  }));
  const places = new Set(there.map(({ place }) => place));
  const required = of.brickSets.flat();
  const wanted = new Set([...required, ...of.arriving.flat()].map(placeOf));
  const asGluster = (brick: BrickReservation): GlusterBrick => ({
    storageHost: hostOf.get(brick.nodeId) ?? brick.nodeId,
    path: brick.path,
  });
  const missing = required.filter((brick) => !places.has(placeOf(brick)));
  const extra = there.filter(({ place }) => !wanted.has(place)).map(({ brick }) => brick);
  const base = { nodeId, kind: 'gluster-brick', of: { volume: of } } as const;
  const { volumeId } = volume;
  if (missing.length === 0 && extra.length === 0) {
    const settled = there.map(({ place }) => place).filter((place) => required.some((each) => placeOf(each) === place));
    return inSets(of, settled, placeOf) ? [] : [otherOrder(nodeId, of)];
  }
  return [
    ...missing.map((brick): Finding => ({
      ...base,
      what: `${volume.name} ${textOf(asGluster(brick))}`,
      problem: 'missing',
      about: { volumeId, brickId: brick.brickId, deviceId: brick.deviceId },
      bricks: missing.map(asGluster),
    })),
    ...extra.map((brick): Finding => ({
      ...base,
      what: `${volume.name} ${textOf(brick)}`,
      problem: 'leaked',
      about: { ...subjectOfPath(brick.path), volumeId },
      bricks: extra,
    })),
  ];
}

const textOf = ({ storageHost, path }: GlusterBrick): string => `${storageHost}:${path}`;

/** The host of an IPv6 address has colons of its own. */
function parseBrick(text: string): GlusterBrick {
  const colon = text.indexOf(':/');
  return { storageHost: text.slice(0, colon), path: text.slice(colon + 1) };
}

/**
 * Whether the bricks stand in their sets, each in its order: that is what copies and the arbiter go by. In which order whole
 * sets follow each other means nothing to Gluster or to us.
 */
function inSets(
  { volume, brickSets }: ExpectedVolume,
  places: readonly string[],
  placeOf: (brick: BrickReservation) => string,
): boolean {
  const size = bricksPerSet(volume.durability);
  const there = new Set(
    Array.from({ length: places.length / size }, (_, index) =>
      places.slice(index * size, (index + 1) * size).join('\n'),
    ),
  );
  return brickSets.every((set) => there.has(set.map(placeOf).join('\n')));
}

function otherOrder(nodeId: string, of: ExpectedVolume): Finding {
  const { name, volumeId } = of.volume;
  return {
    nodeId,
    kind: 'gluster-volume',
    what: name,
    problem: 'different',
    about: { volumeId },
    of: { volume: of },
    expected: 'bricks in the order of the brick sets',
    found: 'bricks in another order',
  };
}

function other(nodeId: string, volume: GlusterVolume): Finding {
  const about = subjectOfVolume(volume);
  const problem = about === null ? 'foreign' : 'leaked';
  return { nodeId, kind: 'gluster-volume', what: volume.name, problem, about: about ?? {} };
}

/** Whose it is stands on it; on one that was not finished, only its bricks say it. */
function subjectOfVolume({ options, bricks: texts }: GlusterVolume): Subject | null {
  const owner = options[OWNER_KEY];
  if (owner !== undefined && isId(owner)) return { volumeId: owner };
  for (const text of texts) {
    const subject = subjectOfPath(parseBrick(text).path);
    if (subject !== null) return subject;
  }
  return null;
}
