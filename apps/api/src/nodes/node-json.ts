import type { NodeView } from '#read-model';
import { deviceJson, optionalTags } from '../devices/device-json.js';

/** A node as Heketi's clients read it; key order is the wire's. */
export function nodeJson({ node, devices }: NodeView): object {
  return {
    zone: node.zone,
    hostnames: { manage: node.manageHostnames, storage: node.storageHostnames },
    cluster: node.clusterId,
    ...optionalTags(node.tags),
    id: node.nodeId,
    state: node.state,
    devices: devices.map(deviceJson),
  };
}
