import { isId } from '#kernel';
import { glusterCommands, type GlusterVolume } from '#storage-nodes';
import type { ExpectedCluster, ExpectedVolume } from '../expected.js';
import type { Finding, Subject } from '../finding.js';
import { subjectOfPath } from './names.js';
import type { Pool, Viewer } from './pool.js';
import { compareVolumeBricks, parseBrick, type NodesByHost } from './volume-bricks.js';

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
  if (of.standing !== 'settled') {
    return first === undefined ? [] : [{ ...base, nodeId: first.nodeId, problem: of.standing }];
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
    ...compareVolumeBricks(nodeId, of, found, hosts),
  ];
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
