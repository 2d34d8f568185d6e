import { findLogicalVolume } from './block-devices.js';
import type { Folder, Mount, NodeState } from './world.js';

/** Where a path leads: the folders of the filesystem that it is on, and the path inside of that filesystem. */
export interface Place {
  /** null: the root filesystem. */
  readonly mount: Mount | null;
  /** Path inside of the filesystem; '' is its own root. */
  readonly inner: string;
  readonly folders: Folder[];
}

/** Without doubled and trailing slashes. */
export function normalPath(path: string): string {
  return path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
}

export function mountAt(node: NodeState, target: string): Mount | undefined {
  return node.mounts.findLast((mount) => mount.target === normalPath(target));
}

export function placeOf(node: NodeState, path: string): Place {
  const wanted = normalPath(path);
  const mount = node.mounts
    .filter(({ target }) => wanted === target || wanted.startsWith(`${target}/`))
    .reduce<Mount | null>((best, next) => (best && best.target.length > next.target.length ? best : next), null);
  if (mount === null) return { mount, inner: wanted === '/' ? '' : wanted, folders: node.rootFolders };
  const filesystem = findLogicalVolume(node, mount.source)?.volume.filesystem;
  return { mount, inner: wanted.slice(mount.target.length), folders: filesystem?.folders ?? [] };
}

export function folderAt(node: NodeState, path: string): Folder | undefined {
  const { inner, folders } = placeOf(node, path);
  return folders.find((folder) => folder.path === inner);
}

export function folderExists(node: NodeState, path: string): boolean {
  return placeOf(node, path).inner === '' || folderAt(node, path) !== undefined;
}

export function parentOf(path: string): string {
  return normalPath(path).replace(/\/[^/]*$/, '') || '/';
}

export function isEmptyFolder(node: NodeState, path: string): boolean {
  const { inner, folders } = placeOf(node, path);
  return !folders.some((folder) => folder.path.startsWith(`${inner}/`));
}
