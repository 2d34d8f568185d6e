import { dirname } from 'node:path/posix';
import { deviceMountFolder, type NodeInventory } from '#storage-nodes';
import type { ExpectedBrick, ExpectedNode } from '../expected.js';
import type { Finding } from '../finding.js';
import { isBelowRoot, subjectOfPath } from './names.js';

/** Mount points and brick folders. The folder of a device comes with its first brick and goes with the device. */
export function compareFolders(expected: ExpectedNode, inventory: NodeInventory): readonly Finding[] {
  const { nodeId } = expected.node;
  const there = new Set(inventory.folders);
  const mounted = new Set(inventory.mounts.map(({ target }) => target).filter(isBelowRoot));
  const deviceFolders = expected.devices.map(({ device }) => deviceMountFolder(device.deviceId));
  const allowed = new Set([...deviceFolders, ...expected.bricks.map(({ names }) => names.mountPoint)]);
  const unreadable = new Map(inventory.unreadable.map(({ path, reason }) => [path, reason]));
  const own = expected.bricks.flatMap((of) => {
    const isMounted = mounted.has(of.names.mountPoint);
    const why = unreadable.get(of.names.mountPoint);
    return why === undefined ? one(nodeId, of, there, isMounted) : [cannotBeRead(nodeId, of, why)];
  });
  const others = inventory.folders.filter((path) => !allowed.has(path) && !isInside(path, mounted));
  return [...own, ...others.map((path) => other(nodeId, path))];
}

/** A mount point, or inside of a mounted filesystem: what is mounted is compared as a mount. */
function isInside(path: string, mounted: ReadonlySet<string>): boolean {
  return isBelowRoot(path) && (mounted.has(path) || isInside(dirname(path), mounted));
}

function base(nodeId: string, of: ExpectedBrick) {
  const { brickId, deviceId, volumeId } = of.brick;
  return { nodeId, kind: 'folder', about: { brickId, deviceId, volumeId }, of: { brick: of } } as const;
}

/** Of a mounted brick, what Gluster was given; of one that is not mounted, where it is to be mounted. */
function one(nodeId: string, of: ExpectedBrick, there: ReadonlySet<string>, mounted: boolean): readonly Finding[] {
  const what = mounted ? of.names.path : of.names.mountPoint;
  if (of.standing === 'in-flight') {
    return there.has(what) ? [{ ...base(nodeId, of), what, problem: 'in-flight' }] : [];
  }
  return there.has(what) ? [] : [{ ...base(nodeId, of), what, problem: 'missing' }];
}

function cannotBeRead(nodeId: string, of: ExpectedBrick, found: string): Finding {
  return { ...base(nodeId, of), what: of.names.mountPoint, problem: 'different', expected: 'readable', found };
}

function other(nodeId: string, what: string): Finding {
  const about = subjectOfPath(what);
  return about === null
    ? { nodeId, kind: 'folder', what, problem: 'foreign', about: {} }
    : { nodeId, kind: 'folder', what, problem: 'leaked', about };
}
