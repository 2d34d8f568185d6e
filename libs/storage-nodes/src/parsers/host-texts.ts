import { z } from 'zod';

const PV_LINK = '/dev/disk/by-id/lvm-pv-uuid-';

/**
 * The names of a device: the links that udev answers with, and the one that was given. LVM's own link goes with the physical
 * volume and not with the disk, so it is left out.
 */
export function devicePaths(udevAnswer: string, given: string): readonly string[] {
  const links = udevAnswer
    .split(/\s+/)
    .filter((link) => link !== '')
    .map((link) => `/dev/${link}`)
    .filter((link) => !link.startsWith(PV_LINK));
  return links.includes(given) ? links : [...links, given];
}

const mounts = z.object({ filesystems: z.array(z.object({ source: z.string() })) });

/** What is mounted, from findmnt's JSON; the topmost where several are. */
export function mountedSource(text: string): string | null {
  return mounts.parse(JSON.parse(text)).filesystems.at(-1)?.source ?? null;
}

const allMounts = z.object({ filesystems: z.array(z.object({ source: z.string().nullable(), target: z.string() })) });

/** All mounts of a node, from findmnt's JSON; those without a source are none of ours. */
export function parseAllMounts(text: string): readonly { readonly source: string; readonly target: string }[] {
  return allMounts.parse(JSON.parse(text)).filesystems.map(({ source, target }) => ({ source: source ?? '', target }));
}

const UNREADABLE = /^find: '(.+)': (.+)$/;
const GONE = 'No such file or directory';

/**
 * What find could not read, from its stderr. What is not there any more was removed while find looked, or never was.
 * @returns null where find has said something else
 */
export function parseUnreadable(stderr: string): readonly { readonly path: string; readonly reason: string }[] | null {
  const lines = stderr.split('\n').filter((line) => line !== '');
  const found = lines.flatMap((line) => {
    const [, path, reason] = UNREADABLE.exec(line) ?? [];
    return path === undefined || reason === undefined ? [] : [{ path, reason }];
  });
  return found.length < lines.length ? null : found.filter(({ reason }) => reason !== GONE);
}
