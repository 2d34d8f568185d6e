import type { GlusterBrick } from '#storage-nodes';
import type { DriftKind, Problem } from './difference.js';
import type { ExpectedBrick, ExpectedDevice, ExpectedVolume } from './expected.js';

/** The ids that a thing's name, or the read model, leads to. */
export interface Subject {
  readonly volumeId?: string;
  readonly deviceId?: string;
  readonly brickId?: string;
  readonly nodeId?: string;
  /** A storage hostname that no member has. */
  readonly storageHost?: string;
  /** A physical volume without a group. */
  readonly pvUuid?: string;
}

/** What belongs to the thing in the read model, for who has to say how it is put right. */
export interface Expectation {
  readonly device?: ExpectedDevice;
  readonly brick?: ExpectedBrick;
  readonly volume?: ExpectedVolume;
}

/** A difference as the comparison sees it: names and numbers, nothing of what happened before. */
export interface Finding {
  readonly nodeId: string;
  readonly kind: DriftKind;
  readonly what: string;
  /** `leaked` where the name has the form of ours and no object has it: what has become of its object is for the log to say. */
  readonly problem: Problem;
  readonly about: Subject;
  readonly expected?: string;
  readonly found?: string;
  readonly of?: Expectation;
  /** The node whose glusterd has what this one lacks. */
  readonly holder?: string;
  /** Of a Gluster volume with too many or too few: all bricks that one command has to name. */
  readonly bricks?: readonly GlusterBrick[];
}

/** The same thing with the same problem. */
export function findingKey({ nodeId, kind, what, problem, expected = '', found = '' }: Finding): string {
  return [nodeId, kind, what, problem, expected, found].join('\n');
}
