import type { BlockDevice, NodeState, ThinVolume, VolumeGroup } from './world.js';

/** A thin LV with the group that it is in. */
export interface LogicalVolume {
  readonly group: VolumeGroup;
  readonly volume: ThinVolume;
}

/** `/dev/mapper/VG-LV`; device-mapper doubles the hyphens of the names themselves. */
export function mapperPath(groupName: string, volumeName: string): string {
  return `/dev/mapper/${groupName.replaceAll('-', '--')}-${volumeName.replaceAll('-', '--')}`;
}

/** The disk with this name, or with this link: links carry the PV's uuid while there is one. */
export function findDevice(node: NodeState, path: string): BlockDevice | undefined {
  return node.devices.find((device) => device.path === path || linksOf(device).some((link) => `/dev/${link}` === path));
}

export function linksOf(device: BlockDevice): readonly string[] {
  const uuid = device.physicalVolume?.uuid;
  return uuid === undefined ? device.links : [`disk/by-id/lvm-pv-uuid-${uuid}`, ...device.links];
}

/** The thin LV behind `/dev/mapper/VG-LV` or `/dev/VG/LV`. */
export function findLogicalVolume(node: NodeState, path: string): LogicalVolume | undefined {
  for (const group of node.volumeGroups) {
    for (const volume of group.thinVolumes) {
      if (path === mapperPath(group.name, volume.name) || path === `/dev/${group.name}/${volume.name}`) {
        return { group, volume };
      }
    }
  }
  return undefined;
}

export function isMounted(node: NodeState, groupName: string, volumeName: string): boolean {
  const source = mapperPath(groupName, volumeName);
  return node.mounts.some((mount) => mount.source === source);
}
