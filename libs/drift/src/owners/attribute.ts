import { isDrift, type Owner, type Problem } from '../difference.js';
import type { Finding } from '../finding.js';
import { diskPlace, type BrickHistory, type History, type ObjectHistory } from './history.js';

/** A finding of which it is known whose it was. */
export interface Attributed extends Finding {
  readonly owner: Owner | null;
}

/** What a leak would take data or a member with it, were it removed by mistake. */
const HOLDS_DATA = new Set([
  'physical-volume',
  'volume-group',
  'thin-pool',
  'logical-volume',
  'gluster-volume',
  'peer',
]);

/** Whose a thing is, and where that object belongs. */
interface Known {
  readonly owner: Owner;
  readonly place: string;
}

/**
 * Says whose each thing is or was, and settles what a name alone cannot: a thing of an object that lives elsewhere is no leak,
 * however wrong its place; one that an operation still has to remove is owed. A name of our form that the log has never had
 * stays a leak without an owner: it was made after the backup that the database was restored from, or by another control
 * plane. Only a physical volume without a group says nothing by itself.
 * @param owing ids of the subjects of cleanups
 */
export function attribute(
  findings: readonly Finding[],
  history: History,
  owing: ReadonlySet<string>,
): readonly Attributed[] {
  return findings.map((finding) => {
    const known = knownAs(finding, history);
    const owner = known?.owner ?? null;
    if (owner !== null && isOwed(finding, owner, owing)) return { ...finding, problem: 'owed', owner };
    if (finding.problem !== 'leaked') return { ...finding, owner };
    return { ...finding, ...verdict(finding, known), owner };
  });
}

/** What a cleanup gives back to an object that is there: its peer, its Gluster volume as it was. Bricks are never made again. */
const GIVEN_BACK = new Set(['gluster-volume', 'gluster-brick', 'peer']);

function isOwed({ problem, kind }: Finding, owner: Owner, owing: ReadonlySet<string>): boolean {
  if (!owing.has(owner.id) || !isDrift({ problem })) return false;
  return owner.ended !== null || GIVEN_BACK.has(kind);
}

function verdict(
  { kind, about }: Finding,
  known: Known | null,
): { readonly problem: Problem; readonly expected?: string; readonly found?: string } {
  if (known === null) return { problem: about.pvUuid === undefined ? 'leaked' : 'foreign' };
  const gone = known.owner.ended !== null;
  if (gone || !HOLDS_DATA.has(kind)) return { problem: 'leaked' };
  return { problem: 'different', expected: known.place, found: 'here' };
}

function knownAs(finding: Finding, history: History): Known | null {
  const { about, kind } = finding;
  const brick = history.bricks.get(about.brickId ?? '');
  if (brick !== undefined) return ofBrick(brick, about.brickId ?? '', history);
  if (about.volumeId !== undefined) return known('volume', history.volumes.get(about.volumeId));
  // a brick that the log has never had is not its device's either
  if (about.brickId !== undefined) return null;
  if (kind === 'peer' || kind === 'marker') {
    const nodeId = about.nodeId ?? history.nodesByHost.get(about.storageHost ?? '');
    return known('node', history.nodes.get(nodeId ?? ''));
  }
  const disk = history.devicesByDisk.get(about.pvUuid ?? '') ?? history.devicesByDisk.get(diskPlace(finding));
  return known('device', history.devices.get(about.deviceId ?? disk ?? ''));
}

function ofBrick({ volumeId, made, ended, place }: BrickHistory, brickId: string, history: History): Known {
  const name = history.volumes.get(volumeId)?.name ?? volumeId;
  return { owner: { kind: 'volume', id: volumeId, name, brickId, made, ended }, place };
}

function known(kind: Owner['kind'], history: ObjectHistory | undefined): Known | null {
  if (history === undefined) return null;
  const { place, ...life } = history;
  return { owner: { kind, ...life, brickId: null }, place };
}
