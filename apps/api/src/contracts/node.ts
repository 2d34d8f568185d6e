import { isIP } from 'node:net';
import type { z } from 'zod';
import type { Contract } from './contract.js';
import { goInt, goString, goStringMap, goStrings, goStruct } from './go-types.js';
import { tagsComplaint } from './tags.js';
import { type Rule, atLeast, check, required, violations } from './violations.js';

const DNS_NAME = /^[a-zA-Z0-9_][a-zA-Z0-9_-]{0,62}(\.[a-zA-Z0-9_][a-zA-Z0-9_-]{0,62})*[._]?$/;
const MAX_NAME_LENGTH = 255;
const UUID = /^[a-fA-F0-9]{32}$/;

/** An IP address or a DNS name; an address with a zone (`fe80::1%eth0`) is neither. */
export function isHost(text: string): boolean {
  if (isIP(text) !== 0) return !text.includes('%');
  return text.replaceAll('.', '').length <= MAX_NAME_LENGTH && DNS_NAME.test(text);
}

const hosts =
  (kind: string): Rule<readonly string[]> =>
  (names) =>
    names.every(isHost) ? null : `[${names.join(' ')}] is not a valid ${kind} hostname`;

/** 32 hex digits, as Heketi's rule for ids in bodies has it. */
export const uuid: Rule<string> = (text) => (UUID.test(text) ? null : `${text} is not a valid UUID`);

const shape = goStruct({
  zone: goInt,
  hostnames: goStruct({ manage: goStrings, storage: goStrings }),
  cluster: goString,
  tags: goStringMap,
});

export type NodeAddBody = z.output<typeof shape>;

export const nodeAddContract: Contract<NodeAddBody> = {
  shape,
  rules: ({ zone, hostnames, cluster, tags }) =>
    violations({
      zone: check(zone, required, atLeast(1)),
      hostnames: violations({
        manage: check(hostnames.manage, required, hosts('manage')),
        storage: check(hostnames.storage, required, hosts('storage')),
      }),
      cluster: check(cluster, required, uuid),
      tags: tagsComplaint(tags),
    }),
};
