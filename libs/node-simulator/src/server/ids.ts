import { randomInt, randomUUID } from 'node:crypto';
import type { IdSource } from '../programs/program.js';

const LVM_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LVM_GROUPS = [6, 4, 4, 4, 4, 4, 6];

export const randomIds: IdSource = {
  uuid: () => randomUUID(),
  lvmUuid: () =>
    LVM_GROUPS.map((length) =>
      Array.from({ length }, () => LVM_ALPHABET.charAt(randomInt(LVM_ALPHABET.length))).join(''),
    ).join('-'),
};
