export interface FoundPhysicalVolume {
  readonly device: string;
  readonly uuid: string;
  /** Empty where it belongs to no group. */
  readonly vg: string;
}

export interface FoundVolumeGroup {
  readonly name: string;
  readonly extentSizeKiB: number;
}

export interface FoundThinPool {
  readonly vg: string;
  readonly name: string;
  readonly sizeKiB: number;
}

export interface FoundLogicalVolume {
  readonly vg: string;
  readonly name: string;
  /** The thin pool that it lives in, empty for none. */
  readonly pool: string;
  readonly sizeKiB: number;
}

export interface FoundMount {
  readonly source: string;
  readonly target: string;
}

/** A line of fstab that is no comment. */
export interface FoundFstabLine {
  readonly source: string;
  readonly target: string;
}

export interface FoundPeer {
  readonly uuid: string;
  /** All names that this glusterd knows it by; `localhost` for itself. */
  readonly names: readonly string[];
  readonly connected: boolean;
  /** Past the handshake. A peer that was rejected is connected, but not befriended. */
  readonly befriended: boolean;
}

export interface GlusterVolume {
  readonly name: string;
  readonly started: boolean;
  /** `host:path`, in Gluster's order. */
  readonly bricks: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

/** A Gluster cluster as one of its glusterds sees it. */
export interface GlusterSight {
  readonly volumes: readonly GlusterVolume[];
  /** The asked node itself included. */
  readonly peers: readonly FoundPeer[];
}

/** Everything on one node that the control plane may have made, and its neighbours that it has not. */
export interface NodeInventory {
  readonly physicalVolumes: readonly FoundPhysicalVolume[];
  readonly volumeGroups: readonly FoundVolumeGroup[];
  readonly thinPools: readonly FoundThinPool[];
  /** But for thin pools and LVM's hidden ones. */
  readonly logicalVolumes: readonly FoundLogicalVolume[];
  /** All mounts, lowest first where several are on one target. */
  readonly mounts: readonly FoundMount[];
  readonly fstab: readonly FoundFstabLine[];
  /** All paths below the mount root, three levels deep; below a mount point they are those of its filesystem. */
  readonly folders: readonly string[];
  /** Folders that could not be read, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** The installation that the node says it belongs to; null for none. */
  readonly installation: string | null;
  /** Or why glusterd does not answer. */
  readonly gluster: GlusterSight | { readonly silent: string };
}
