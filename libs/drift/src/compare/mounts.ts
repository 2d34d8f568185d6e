import type { NodeInventory } from '#storage-nodes';
import type { ExpectedBrick, ExpectedNode } from '../expected.js';
import type { Finding, Subject } from '../finding.js';
import { isBelowRoot, subjectOfDevice, subjectOfPath } from './names.js';

/** Mounts, and the lines of fstab that make them again at boot: both are pairs of a source and a target. */
type Entry = { readonly source: string; readonly target: string };
type EntryKind = 'mount' | 'fstab-line';

/** Between the sources that are mounted one over the other. */
export const SEVERAL = ', then ';

export function compareMounts(expected: ExpectedNode, inventory: NodeInventory): readonly Finding[] {
  return [
    ...compareEntries(expected, 'fstab-line', inventory.fstab),
    ...compareEntries(expected, 'mount', inventory.mounts),
  ];
}

function compareEntries(expected: ExpectedNode, kind: EntryKind, entries: readonly Entry[]): readonly Finding[] {
  const { nodeId } = expected.node;
  const byTarget = new Map<string, string[]>();
  for (const { source, target } of entries) byTarget.set(target, [...(byTarget.get(target) ?? []), source]);
  const own = expected.bricks.flatMap((of) => {
    const sources = byTarget.get(of.names.mountPoint) ?? [];
    byTarget.delete(of.names.mountPoint);
    return one(nodeId, kind, of, sources);
  });
  const others = [...byTarget].flatMap(([target, sources]) => sources.map((source) => ({ source, target })));
  return [...own, ...others.flatMap((entry) => other(nodeId, kind, entry))];
}

function one(nodeId: string, kind: EntryKind, of: ExpectedBrick, sources: readonly string[]): readonly Finding[] {
  const { brickId, deviceId, volumeId } = of.brick;
  const what = of.names.mountPoint;
  const base = { nodeId, kind, what, about: { brickId, deviceId, volumeId }, of: { brick: of } };
  if (of.standing !== 'settled') return sources.length === 0 ? [] : [{ ...base, problem: of.standing }];
  if (sources.length === 0) return [{ ...base, problem: 'missing' }];
  const found = sources.join(SEVERAL);
  const expected = of.names.deviceNode;
  return found === expected ? [] : [{ ...base, problem: 'different', expected, found }];
}

/** What comes from no disk at all (proc, tmpfs) and is not among our mount points is of no interest. */
function other(nodeId: string, kind: EntryKind, { source, target }: Entry): readonly Finding[] {
  const about: Subject | null = subjectOfDevice(source) ?? subjectOfPath(target);
  if (about !== null) return [{ nodeId, kind, what: target, problem: 'leaked', about, found: source }];
  const near = source.startsWith('/dev/') || isBelowRoot(target);
  return near ? [{ nodeId, kind, what: target, problem: 'foreign', about: {}, found: source }] : [];
}
