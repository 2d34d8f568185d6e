import { DomainError, isId } from '#kernel';

/**
 * Checks of values that reach commands. Quoting already keeps a shell from reading anything into them; what is left is what
 * the programs themselves read into arguments (an option where a name was meant, a path that climbs out of its folder).
 * Each returns the value, or throws a DomainError of kind `invalid` before anything is sent.
 */
const DEVICE_PATH = /^\/[A-Za-z0-9_.:/-]+$/;
const HOST = /^[A-Za-z0-9_:][A-Za-z0-9_.:%-]{0,254}$/;
const VOLUME_NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;
const BRICK_PATH = /^\/[A-Za-z0-9_./-]+$/;
const OPTION_KEY = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const NEGATIVE_NUMBER = /^-\d+$/;
const PV_UUID = /^[A-Za-z0-9]{6}(?:-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}$/;
const LEASE_KEY = /^[A-Za-z0-9][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9][A-Za-z0-9_.-]*)*$/;
const WORD = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
const CONTROL_CHARACTER = /\p{Cc}/u;

function refuse(what: string, value: string): never {
  throw new DomainError('invalid', `${what} is not usable in a command: ${JSON.stringify(value)}`);
}

function matching(what: string, pattern: RegExp, value: string): string {
  return pattern.test(value) && !value.split('/').includes('..') ? value : refuse(what, value);
}

export function checkedId(what: string, value: string): string {
  return isId(value) ? value : refuse(what, value);
}

export const checkedDevicePath = (value: string): string => matching('device name', DEVICE_PATH, value);
export const checkedHost = (value: string): string => matching('host name', HOST, value);
export const checkedVolumeName = (value: string): string => matching('volume name', VOLUME_NAME, value);
export const checkedBrickPath = (value: string): string => matching('brick path', BRICK_PATH, value);
export const checkedPvUuid = (value: string): string => matching('physical volume UUID', PV_UUID, value);

export function checkedSize(what: string, value: number): number {
  return Number.isSafeInteger(value) && value > 0 ? value : refuse(what, String(value));
}

/** Becomes a file name on the node, and stands before a `=`. */
export const checkedLeaseKey = (value: string): string => matching('lease key', LEASE_KEY, value);
/** An id that is known only to be one word. */
export const checkedWord = (what: string, value: string): string => matching(what, WORD, value);

export function checkedEpoch(value: number): number {
  return Number.isSafeInteger(value) && value >= 0 ? value : refuse('epoch', String(value));
}

export interface VolumeOption {
  readonly key: string;
  readonly value: string;
}

/** Splits a `key value` text; null for an empty one. The value is one argument, blanks inside it included. */
export function parseVolumeOption(text: string): VolumeOption | null {
  const trimmed = text.trim();
  if (trimmed === '') {
    return null;
  }
  const [key = ''] = trimmed.split(/\s/, 1);
  const value = trimmed.slice(key.length).trim();
  if (!OPTION_KEY.test(key) || value === '' || CONTROL_CHARACTER.test(value)) {
    return refuse('volume option', text);
  }
  // gluster takes a word with leading dashes as an option of its own, wherever it stands
  if (value.startsWith('-') && !NEGATIVE_NUMBER.test(value)) {
    return refuse('volume option', text);
  }
  return { key, value };
}
