import type { PlacementNode } from '../placement/candidates.js';
import type { PlacementRequest } from '../placement/cuts.js';
import type { PlacementProblem } from '../placement/remedies/problem.js';
import type { Remedy } from '../placement/remedies/remedy.js';
import { placementDevice, placementNode } from './placement-samples.js';

/** The same placement after somebody has done what a remedy says: written by its words, not by the code that finds it. */
export function withRemedy(problem: PlacementProblem, remedy: Remedy): PlacementProblem {
  const { request, nodes, settings } = problem;
  const asking = (changes: Partial<PlacementRequest>): PlacementProblem => ({
    ...problem,
    request: { ...request, ...changes },
  });
  const option = (text: string): readonly string[] => [...request.glusterVolumeOptions, text];
  switch (remedy.kind) {
    case 'size':
      return asking({ sizeGiB: remedy.sizeGiB });
    case 'durability': {
      const glusterVolumeOptions = option(`user.heketi.arbiter ${remedy.arbiter.toString()}`);
      return asking({ durability: remedy.durability, glusterVolumeOptions });
    }
    case 'snapshot-factor':
      return asking({ snapshotFactor: 1 });
    case 'zone-checking':
      return asking({ glusterVolumeOptions: option('user.heketi.zone-checking none') });
    case 'device-tag-match':
      return asking({
        glusterVolumeOptions: request.glusterVolumeOptions.filter((text) => !text.includes('tag-match')),
      });
    case 'max-bricks-per-volume':
      return { ...problem, settings: { ...settings, maxBricksPerVolume: remedy.bricks } };
    case 'bring-online':
      return { ...problem, nodes: nodes.map((node) => online(node, remedy.nodeIds, remedy.deviceIds)) };
    case 'free-space':
      return { ...problem, nodes: nodes.map((node) => freed(node, remedy.devices)) };
    case 'add-nodes':
      return { ...problem, nodes: [...nodes, ...added(nodes, remedy)] };
  }
}

function online(node: PlacementNode, nodeIds: readonly string[], deviceIds: readonly string[]): PlacementNode {
  const devices = node.devices.map((device) =>
    deviceIds.includes(device.deviceId) ? { ...device, state: 'online' as const } : device,
  );
  return { ...node, devices, ...(nodeIds.includes(node.nodeId) ? { state: 'online', reachable: true } : {}) };
}

type Freed = Extract<Remedy, { kind: 'free-space' }>['devices'];

function freed(node: PlacementNode, more: Freed): PlacementNode {
  const devices = node.devices.map((device) => {
    const found = more.find(({ deviceId }) => deviceId === device.deviceId);
    if (found === undefined) return device;
    const freeKiB = device.freeKiB + found.freeMoreKiB;
    if (freeKiB > device.totalKiB) throw new Error(`device ${device.deviceId} is smaller than that`);
    return { ...device, freeKiB };
  });
  return { ...node, devices };
}

function added(
  nodes: readonly PlacementNode[],
  { nodes: count, inNewZones, moreThanKiB, tagRule }: Extract<Remedy, { kind: 'add-nodes' }>,
): PlacementNode[] {
  const tags = tagRule === 'tier=ssd' ? { tier: 'ssd' } : {};
  return Array.from({ length: count }, (_, index) => {
    const zone = inNewZones ? 100 + index : (nodes[0]?.zone ?? 1);
    const device = placementDevice(`added${index.toString()}`, 0, { freeKiB: moreThanKiB + 1, tags });
    return placementNode(`added${index.toString()}`, zone, [], { devices: [device] });
  });
}
