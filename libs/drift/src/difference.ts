import type { OperationKind } from '#domain';

/** In the order in which things are built up on a node. */
export const driftKinds = [
  'peer',
  'physical-volume',
  'volume-group',
  'thin-pool',
  'logical-volume',
  'fstab-line',
  'folder',
  'mount',
  'gluster-volume',
  'gluster-brick',
  'marker',
] as const;
export type DriftKind = (typeof driftKinds)[number];

/**
 * leaked: ours, or named as ours are, and no object of the read model has it. missing: an object of the read model should have it. different: it is
 * there, but not as the read model says. owed: left over, and an operation that has not ended will remove it. in-flight: an
 * operation that has not ended is making or removing it. foreign: not ours by its name.
 */
export type Problem = 'leaked' | 'missing' | 'different' | 'owed' | 'in-flight' | 'foreign';

export interface OperationReference {
  readonly operationId: string;
  /** null where the log has no such operation: an object that was imported. */
  readonly kind: OperationKind | null;
  readonly at: Date;
}

/** The object that a thing on a node belongs, or belonged, to. */
export interface Owner {
  readonly kind: 'volume' | 'device' | 'node';
  readonly id: string;
  /** The volume's name, the device's path, the node's manage hostname. */
  readonly name: string;
  /** Where the thing is a part of one brick. */
  readonly brickId: string | null;
  /** The operation that made the thing, or began to. */
  readonly made: OperationReference | null;
  /** The operation that deleted it, or undid it; null while the object exists. */
  readonly ended: OperationReference | null;
}

export interface Remedy {
  /** One sentence. */
  readonly advice: string;
  /** Shell lines for the node of the difference, in order; none where no command helps. */
  readonly commands: readonly string[];
}

export interface Difference {
  readonly nodeId: string;
  /** The node's manage hostname. */
  readonly host: string;
  readonly kind: DriftKind;
  /** Name or path of the thing. */
  readonly what: string;
  readonly problem: Problem;
  /** What the read model says, and what was found; where the problem is `different`. */
  readonly expected: string | null;
  readonly found: string | null;
  /** null where the log knows none. */
  readonly owner: Owner | null;
  readonly remedy: Remedy;
}

/** Whether a difference means that nodes and read model do not agree. */
export function isDrift({ problem }: { readonly problem: Problem }): boolean {
  return problem === 'leaked' || problem === 'missing' || problem === 'different';
}
