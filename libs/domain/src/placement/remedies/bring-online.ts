import type { PlacementNode } from '../candidates.js';
import { fits, type PlacementProblem } from './problem.js';
import type { Remedy } from './remedy.js';

/** More nodes and devices than this at once are no remedy but an outage. */
const MOST = 8;

/** Something that is down and could be up: a whole node, or a device of a node that is up. */
interface Down {
  readonly nodeId: string;
  /** null: the node. */
  readonly deviceId: string | null;
  readonly freeKiB: number;
}

/** Offline nodes and devices with which it fits, of which none can be left out. Failed ones stay what they are. */
export function onlineRemedies(problem: PlacementProblem): readonly Remedy[] {
  const all = problem.nodes.flatMap(downIn).sort((a, b) => b.freeKiB - a.freeKiB);
  const helps = (found: readonly Down[]): boolean => fits({ ...problem, nodes: broughtUp(problem.nodes, found) });
  if (all.length === 0 || !helps(all)) return [];
  let count = 1;
  while (count <= MOST && !helps(all.slice(0, count))) count += 1;
  if (count > MOST) return [];
  let needed = all.slice(0, count);
  for (const one of needed) {
    const others = needed.filter((other) => other !== one);
    if (helps(others)) needed = others;
  }
  const nodeIds = needed.filter(({ deviceId }) => deviceId === null).map(({ nodeId }) => nodeId);
  const deviceIds = needed.flatMap(({ deviceId }) => (deviceId === null ? [] : [deviceId]));
  return [{ kind: 'bring-online', nodeIds, deviceIds }];
}

function downIn({ nodeId, state, reachable, devices }: PlacementNode): readonly Down[] {
  if (state === 'failed') return [];
  if (state === 'offline' || reachable === false) {
    const up = devices.filter((device) => device.state === 'online');
    if (up.length === 0) return [];
    return [{ nodeId, deviceId: null, freeKiB: Math.max(...up.map(({ freeKiB }) => freeKiB)) }];
  }
  return devices
    .filter((device) => device.state === 'offline')
    .map(({ deviceId, freeKiB }) => ({ nodeId, deviceId, freeKiB }));
}

function broughtUp(nodes: readonly PlacementNode[], found: readonly Down[]): readonly PlacementNode[] {
  const whole = new Set(found.filter(({ deviceId }) => deviceId === null).map(({ nodeId }) => nodeId));
  const single = new Set(found.map(({ deviceId }) => deviceId));
  return nodes.map((node): PlacementNode => {
    if (whole.has(node.nodeId)) return { ...node, state: 'online', reachable: true };
    if (!node.devices.some(({ deviceId }) => single.has(deviceId))) return node;
    const devices = node.devices.map((device) =>
      single.has(device.deviceId) ? { ...device, state: 'online' as const } : device,
    );
    return { ...node, devices };
  });
}
