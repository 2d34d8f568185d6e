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
