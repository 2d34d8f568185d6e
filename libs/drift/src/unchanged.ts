import type { ClusterContents } from '#read-model';
import { diskPlace } from './owners/history.js';
import type { Finding } from './finding.js';

/** What of the read model a finding may hang on, by id or name; equal texts mean that nothing of it has changed. */
export type Fingerprints = ReadonlyMap<string, string>;

/**
 * Of a device only what its disk goes by counts: its version changes with every brick that is placed on it, all day long on a
 * busy site.
 */
export function fingerprints(clusters: readonly ClusterContents[]): Fingerprints {
  const prints = new Map<string, string>();
  for (const { nodes, devices, volumes, bricks } of clusters) {
    for (const { nodeId, status, operationId, storageHostnames } of nodes) {
      const print = [nodeId, status, operationId ?? '', ...storageHostnames].join(' ');
      for (const key of [nodeId, ...storageHostnames]) prints.set(key, print);
    }
    for (const { deviceId, nodeId, name, status, operationId, pvUuid } of devices) {
      const print = [deviceId, nodeId, status, operationId ?? '', pvUuid].join(' ');
      for (const key of [deviceId, pvUuid, diskPlace({ nodeId, what: name })]) prints.set(key, print);
    }
    const versions = new Map(volumes.map(({ volume, version }) => [volume.volumeId, String(version)]));
    for (const [volumeId, version] of versions) prints.set(volumeId, version);
    for (const { brickId, deviceId, volumeId } of bricks) {
      prints.set(brickId, [deviceId, volumeId, versions.get(volumeId) ?? ''].join(' '));
    }
  }
  return prints;
}

/** Whether the objects of a finding stood still between two readings of the read model. */
export function unchanged(finding: Finding, before: Fingerprints, after: Fingerprints): boolean {
  const { volumeId, deviceId, brickId, nodeId, storageHost, pvUuid } = finding.about;
  const keys = [volumeId, deviceId, brickId, nodeId, storageHost, pvUuid, diskPlace(finding)];
  return keys.every((key = '') => before.get(key) === after.get(key));
}
