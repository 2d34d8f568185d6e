import { secretOptions } from '#kernel';
import type { z } from 'zod';
import type { Contract } from './contract.js';
import { goBool, goFloat32, goInt, goString, goStrings, goStruct } from './go-types.js';
import { type Rule, atLeast, check, matches, required, violations } from './violations.js';

const VOLUME_NAME = /^[a-zA-Z0-9_-]+$/;
/** Gluster's own limit; Heketi has none and fails on the nodes. */
const MAX_NAME_LENGTH = 255;

const createShape = goStruct({
  size: goInt,
  clusters: goStrings,
  name: goString,
  durability: goStruct({
    type: goString,
    replicate: goStruct({ replica: goInt }),
    disperse: goStruct({ data: goInt, redundancy: goInt }),
  }),
  gid: goInt,
  glustervolumeoptions: goStrings,
  block: goBool,
  snapshot: goStruct({ enable: goBool, factor: goFloat32 }),
});

export type VolumeCreateBody = z.output<typeof createShape>;

/** An option ends up in a command line of its own argument; control characters have no place in one, nor in the log. */
const printable: Rule<readonly string[]> = (texts) =>
  texts.every((text) => !/\p{Cc}/u.test(text)) ? null : 'must be in a valid format';

/** Whoever reads a volume, the history or a node's command line reads its options. */
export const noSecrets: Rule<readonly string[]> = (texts) => {
  const found = secretOptions(texts);
  if (found.length === 0) return null;
  const remedy = 'keep it in a file on the nodes, and give the path of the file';
  return `must not hold a secret, because options are stored and shown in clear (${found.join(', ')}): ${remedy}`;
};

const shortName: Rule<string> = (name) =>
  name.length > MAX_NAME_LENGTH ? `the length must be no more than ${MAX_NAME_LENGTH}` : null;

export const volumeCreateContract: Contract<VolumeCreateBody> = {
  shape: createShape,
  rules: ({ size, name, glustervolumeoptions }) =>
    violations({
      size: check(size, required, atLeast(1)),
      name: check(name, matches(VOLUME_NAME), shortName),
      glustervolumeoptions: check(glustervolumeoptions, printable, noSecrets),
    }),
};

const expandShape = goStruct({ expand_size: goInt });

export type VolumeExpandBody = z.output<typeof expandShape>;

export const volumeExpandContract: Contract<VolumeExpandBody> = {
  shape: expandShape,
  rules: ({ expand_size }) => violations({ expand_size: check(expand_size, required, atLeast(1)) }),
};
