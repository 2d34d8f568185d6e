/** Everything that the simulated nodes hold, as plain JSON: it is written to the state file as it is. */
export interface WorldState {
  readonly nodes: NodeState[];
  /** Every node is in exactly one pool; a node that nobody has probed is alone in its own. */
  pools: TrustedPool[];
}

export interface NodeState {
  readonly name: string;
  readonly manageHost: string;
  readonly storageHost: string;
  readonly peerUuid: string;
  readonly devices: BlockDevice[];
  volumeGroups: VolumeGroup[];
  mounts: Mount[];
  /** Folders of the root filesystem, absolute paths. */
  rootFolders: Folder[];
  readonly files: Record<string, string>;
  /** false: the network does not carry anything to or from the node. */
  reachable: boolean;
  glusterdRunning: boolean;
}

export interface BlockDevice {
  readonly path: string;
  readonly sizeKiB: number;
  /** Other names, without `/dev/`, as udev keeps them. */
  readonly links: readonly string[];
  /** What else than LVM has left its mark on the device, as blkid names it (`ext4`, `xfs`). */
  signature: string | null;
  physicalVolume: PhysicalVolume | null;
}

export interface PhysicalVolume {
  readonly uuid: string;
  /** Where the first extent begins: label and metadata area, aligned. */
  readonly dataStartKiB: number;
}

export interface VolumeGroup {
  readonly name: string;
  readonly uuid: string;
  readonly devicePaths: readonly string[];
  readonly extentKiB: number;
  readonly extentCount: number;
  /** Extents of `lvol0_pmspare`; 0: there is none. */
  spareMetadataExtents: number;
  thinPools: ThinPool[];
  thinVolumes: ThinVolume[];
}

export interface ThinPool {
  readonly name: string;
  readonly dataExtents: number;
  readonly metadataExtents: number;
}

export interface ThinVolume {
  readonly name: string;
  readonly poolName: string;
  readonly virtualExtents: number;
  filesystem: Filesystem | null;
}

export interface Filesystem {
  /** half-made: mkfs was interrupted; blkid sees XFS, mount does not take it. */
  readonly kind: 'xfs' | 'half-made';
  /** Paths from the root of the filesystem, with a leading slash. */
  folders: Folder[];
}

export interface Folder {
  readonly path: string;
  gid: number;
  mode: string;
  /** The `trusted.glusterfs.volume-id` attribute: it stays when the volume is deleted. */
  volumeId: string | null;
}

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly options: string;
}

export interface TrustedPool {
  members: PoolMember[];
  volumes: GlusterVolume[];
}

export interface PoolMember {
  readonly peerUuid: string;
  /** The name by which it was probed. */
  readonly hostname: string;
}

export interface GlusterVolume {
  readonly name: string;
  readonly id: string;
  readonly layout: VolumeLayout;
  started: boolean;
  /** Gluster calls a volume Created until its first start, and Stopped after the last. */
  everStarted: boolean;
  bricks: GlusterBrick[];
  /** Newest first, as `volume info` lists them. */
  options: VolumeOption[];
  rebalanceId: string | null;
  /** Bricks whose data was moved off: `host:path`. */
  leaving?: readonly string[];
  /** Bricks that were taken out of service, to be put back empty: `host:path`. */
  resetting?: readonly string[];
}

export interface VolumeLayout {
  readonly kind: 'distribute' | 'replicate' | 'disperse';
  readonly replicaCount: number;
  readonly arbiterCount: number;
  readonly disperseCount: number;
  readonly redundancyCount: number;
}

export interface GlusterBrick {
  readonly host: string;
  readonly path: string;
}

export interface VolumeOption {
  readonly name: string;
  readonly value: string;
}

export interface NodeDescription {
  readonly name: string;
  readonly manageHost: string;
  readonly storageHost: string;
  readonly peerUuid: string;
  readonly deviceSizesKiB: readonly number[];
}

const ROOT_FOLDERS = ['/dev', '/etc', '/mnt', '/run', '/run/lock', '/tmp', '/var', '/var/lib', '/var/lib/heketi'];

export function newNode(description: NodeDescription): NodeState {
  const { name, manageHost, storageHost, peerUuid } = description;
  return {
    name,
    manageHost,
    storageHost,
    peerUuid,
    devices: description.deviceSizesKiB.map((sizeKiB, index) => ({
      path: `/dev/vd${String.fromCharCode('b'.charCodeAt(0) + index)}`,
      sizeKiB,
      links: [`disk/by-path/virtio-pci-0000:00:${String(index + 5).padStart(2, '0')}.0`],
      signature: null,
      physicalVolume: null,
    })),
    volumeGroups: [],
    mounts: [],
    rootFolders: ROOT_FOLDERS.map((path) => newFolder(path)),
    files: { '/etc/fstab': '/dev/vda1 / ext4 errors=remount-ro 0 1\n' },
    reachable: true,
    glusterdRunning: true,
  };
}

export function newFolder(path: string): Folder {
  return { path, gid: 0, mode: '0755', volumeId: null };
}

export function newWorld(descriptions: readonly NodeDescription[]): WorldState {
  return {
    nodes: descriptions.map(newNode),
    pools: descriptions.map(({ peerUuid, storageHost }) => ({
      members: [{ peerUuid, hostname: storageHost }],
      volumes: [],
    })),
  };
}
