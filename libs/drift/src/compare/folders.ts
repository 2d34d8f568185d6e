import { dirname } from 'node:path/posix';
import { deviceMountFolder, type NodeInventory } from '#storage-nodes';
import type { ExpectedBrick, ExpectedNode } from '../expected.js';
import type { Finding } from '../finding.js';
import { isBelowRoot, subjectOfPath } from './names.js';

/** Mount points and brick folders. The folder of a device comes with its first brick and goes with the device. */
export function compareFolders(expected: ExpectedNode, inventory: NodeInventory): readonly Finding[] {
  const { nodeId } = expected.node;
  const there = new Set(inventory.folders);
  // the topmost where several are on one target
  const mounted = new Map(
    inventory.mounts.filter(({ target }) => isBelowRoot(target)).map(({ target, source }) => [target, source]),
  );
  const deviceFolders = expected.devices.map(({ device }) => deviceMountFolder(device.deviceId));
  const allowed = new Set([...deviceFolders, ...expected.bricks.map(({ names }) => names.mountPoint)]);
  const unreadable = new Map(inventory.unreadable.map(({ path, reason }) => [path, reason]));
  const own = expected.bricks.flatMap((of) => {
    const source = mounted.get(of.names.mountPoint);
    const why = unreadable.get(of.names.mountPoint);
    return why === undefined ? one(nodeId, of, there, source) : [cannotBeRead(nodeId, of, why)];
  });
  const others = inventory.folders.filter((path) => !allowed.has(path) && !isInside(path, mounted));
  return [...own, ...others.map((path) => other(nodeId, path))];
}

/** Inside of a mounted filesystem, which is compared as a mount. */
function isInside(path: string, mounted: ReadonlyMap<string, string>): boolean {
  const parent = dirname(path);
  return isBelowRoot(parent) && (mounted.has(parent) || isInside(parent, mounted));
}

function base(nodeId: string, of: ExpectedBrick) {
  const { brickId, deviceId, volumeId } = of.brick;
  return { nodeId, kind: 'folder', about: { brickId, deviceId, volumeId }, of: { brick: of } } as const;
}

/**
 * Of a mounted brick, what Gluster was given; of one that is not mounted, where it is to be mounted. Where something else is
 * mounted, what is in there says nothing.
 */
function one(
  nodeId: string,
  of: ExpectedBrick,
  there: ReadonlySet<string>,
  source: string | undefined,
): readonly Finding[] {
  const what = source === of.names.deviceNode ? of.names.path : of.names.mountPoint;
  if (of.standing !== 'settled') {
    return there.has(what) ? [{ ...base(nodeId, of), what, problem: of.standing }] : [];
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
