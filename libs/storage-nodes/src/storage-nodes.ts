import { maskText } from '#kernel';
import type { BrickReservation, CommandRecord, DeviceObservation, Durability, PinnedHostKey } from '#domain';
import type { NodeHealth } from './health/node-health.js';
import type { GlusterVolume, NodeInventory } from './node-inventory.js';

export type { GlusterVolume };

/** A node as commands reach it. */
export interface NodeAddress {
  readonly nodeId: string;
  /** Where commands are sent (manage hostname). */
  readonly manageHost: string;
  /** What Gluster calls it (storage hostname). */
  readonly storageHost: string;
  /** null: never met; the key that it shows is accepted and reported through `onHostKey`. */
  readonly hostKey: PinnedHostKey | null;
  /** Nodes of one cluster share a limit of Gluster commands; one without shares it with nobody. */
  readonly clusterId?: string;
}

/**
 * The right to act on a node: the epochs of the leases that the caller holds, by lease key. The node itself compares them with
 * the highest it has seen and refuses lower ones, so that a worker that lost its lease cannot act late.
 */
export interface Fence {
  readonly epochs: Readonly<Record<string, number>>;
}

/** What surrounds every call to a node. */
export interface NodeCall {
  /** Without it a command is not fenced: for questions that change nothing. */
  readonly fence?: Fence;
  /** Fires when the lease is lost, the process stops or the deadline has passed: nothing more is sent after it. */
  readonly signal: AbortSignal;
  /**
   * Asked right before anything is sent. Throws where the right to act has run out and no timer could say so yet: a process
   * that was frozen wakes before its timers fire.
   */
  readonly assertLive?: () => void;
  /** Gets every command that was run, in order, as it ends. */
  readonly onCommand: (record: CommandRecord) => void;
  /** Gets the key of a node that was met for the first time. */
  readonly onHostKey?: (nodeId: string, key: PinnedHostKey) => void;
}

/** To be called right before anything is sent. @throws the reason why nothing may be sent any more */
export function assertLive(call: Pick<NodeCall, 'signal' | 'assertLive'>): void {
  call.signal.throwIfAborted();
  call.assertLive?.();
}

/**
 * A command ran on the node and said no. `message` is the node's own words: its stderr, else what the transport says. Nodes say
 * anything: secrets in it are masked.
 */
export class NodeCommandError extends Error {
  readonly command: string;

  constructor(
    message: string,
    readonly node: string,
    command: string,
    readonly exitCode: number,
  ) {
    super(maskText(message));
    this.name = 'NodeCommandError';
    this.command = maskText(command);
  }
}

/**
 * The node could not be reached, or the answer did not come back. `sent` says whether the command may have taken effect:
 * then nobody knows until somebody looks.
 */
export class NodeUnreachableError extends Error {
  constructor(
    message: string,
    readonly node: string,
    readonly sent: boolean,
    /** Where it is about one node only, and that is known. */
    readonly nodeId?: string,
  ) {
    super(maskText(message));
    this.name = 'NodeUnreachableError';
  }
}

/** The node has seen a higher epoch of one of the leases: somebody else goes on, the command did not run. */
export class FencedError extends Error {
  constructor(
    message: string,
    readonly node: string,
  ) {
    super(message);
    this.name = 'FencedError';
  }
}

/** The node carries the mark of another installation: nothing has run there. */
export class ForeignNodeError extends NodeCommandError {
  constructor(
    node: string,
    /** The file on the node that says so. */
    marker: string,
    readonly ownerId: string,
    readonly installationId: string,
    exitCode: number,
  ) {
    const text =
      `node ${node} belongs to another installation of Brickyard: ${marker} there says ${ownerId}, this installation is ` +
      `${installationId}. Nothing was changed. If that installation is really gone, remove this file from the node and try again.`;
    super(text, node, `cat ${marker}`, exitCode);
    this.name = 'ForeignNodeError';
  }
}

export interface BrickSpec extends BrickReservation {
  /** 0: leave the owner as it is. */
  readonly gid: number;
}

export interface VolumeSpec {
  readonly name: string;
  readonly volumeId: string;
  readonly durability: Durability;
  /** `key value` texts; empty ones are skipped. */
  readonly options: readonly string[];
  /** In Gluster's order, each brick with the storage hostname of its node. */
  readonly brickSets: readonly (readonly GlusterBrick[])[];
}

export interface GlusterBrick {
  readonly storageHost: string;
  readonly path: string;
}

/** A device that is ours, or is to be. */
export interface DeviceIdentity {
  readonly deviceId: string;
  /** The path that it was added under. */
  readonly name: string;
  /** Where known, the disk is found by it also under another name. */
  readonly pvUuid?: string;
}

export interface DeviceSetup extends DeviceIdentity {
  readonly destroyData: boolean;
  /**
   * The physical volumes of all devices that are known. Without it, `destroyData` spares every physical volume that belongs
   * to a volume group; with it, only these.
   */
  readonly knownPvUuids?: readonly string[];
}

/**
 * What the control plane can do on storage nodes. Every `ensure` may be repeated and may follow a crash at any instant: it
 * looks first (unless `fresh` says that nobody can have started it before), does what is missing, and leaves the same end.
 * Every `remove` accepts that the thing, or a part of it, is already gone.
 *
 * All methods throw NodeCommandError with the node's words, or NodeUnreachableError. With `call.fence` all of them throw
 * FencedError where the node has seen a higher epoch, and ForeignNodeError where it belongs to another installation.
 */
export interface StorageNodes {
  /** How the nodes answer this process; missing where nobody watches them, which is as good as healthy. */
  readonly health?: NodeHealth;
  /**
   * Makes `call.fence` the lowest right that the node accepts for its lease keys, and waits for, or ends, every command that
   * still runs there under a lower one. For whoever goes on with another worker's operation, before anything is repeated or undone.
   * @throws FencedError where the node has seen a higher epoch; NodeUnreachableError
   */
  takeOver(node: NodeAddress, call: NodeCall): Promise<void>;
  /**
   * The id of the installation that the node belongs to: of the first whose fenced command reached it. Needs no fence.
   * @returns null where it belongs to none, or cannot say (the mock)
   */
  nodeInstallation(node: NodeAddress, call: NodeCall): Promise<string | null>;
  /**
   * The node leaves its installation: another may take it, and the epochs that it has seen are forgotten. Does nothing where
   * another node of the installation is the same machine and was there first. For the end of a node's removal.
   */
  forgetNode(node: NodeAddress, call: NodeCall): Promise<void>;

  /** Whether glusterd answers on the node. False where it runs not; throws where the node cannot be asked. */
  glusterdRunning(node: NodeAddress, call: NodeCall): Promise<boolean>;
  /** Whether the node's glusterd knows any peer, so is a member of a trusted pool. */
  hasPeers(node: NodeAddress, call: NodeCall): Promise<boolean>;
  /** Makes `storageHost` a peer, asked from `via`, which is a member already. */
  ensurePeer(via: NodeAddress, storageHost: string, call: NodeCall): Promise<void>;
  removePeer(via: NodeAddress, storageHost: string, call: NodeCall): Promise<void>;

  /** Makes the device a physical volume with a volume group of its own (`vg_<deviceId>`), and measures it. */
  ensureDevice(node: NodeAddress, device: DeviceSetup, call: NodeCall): Promise<DeviceObservation>;
  measureDevice(node: NodeAddress, device: DeviceIdentity, call: NodeCall): Promise<DeviceObservation>;
  /** Removes the volume group, the physical volume and the mount folder. `pvUuid` is empty where it never became known. */
  removeDevice(node: NodeAddress, device: DeviceIdentity & { readonly pvUuid: string }, call: NodeCall): Promise<void>;

  /** Thin pool, thin LV, XFS, fstab line, mount, brick folder, its owner. */
  ensureBrick(node: NodeAddress, brick: BrickSpec, options: { readonly fresh: boolean }, call: NodeCall): Promise<void>;
  /** Undoes all of ensureBrick, however far it got. */
  removeBrick(node: NodeAddress, brick: BrickReservation, call: NodeCall): Promise<void>;

  /** Creates the volume from its brick sets and sets its options; does not start it. */
  ensureVolume(
    via: NodeAddress,
    volume: VolumeSpec,
    options: { readonly fresh: boolean },
    call: NodeCall,
  ): Promise<void>;
  ensureVolumeStarted(via: NodeAddress, name: string, call: NodeCall): Promise<void>;
  /**
   * @param owner where given, a volume of this name that is not this one (another `user.heketi.id`, other bricks) is left
   *   alone: the undo of a create must not stop somebody else's volume
   */
  ensureVolumeStopped(via: NodeAddress, name: string, call: NodeCall, owner?: VolumeSpec): Promise<void>;
  /** Deletes a stopped volume. @param owner as above */
  removeVolume(via: NodeAddress, name: string, call: NodeCall, owner?: VolumeSpec): Promise<void>;
  ensureBricksInVolume(via: NodeAddress, volume: VolumeSpec, call: NodeCall): Promise<void>;
  /** Takes bricks that hold no data of their own yet out of the volume again (undo of an expansion). */
  removeBricksFromVolume(via: NodeAddress, volume: VolumeSpec, call: NodeCall): Promise<void>;
  startRebalance(via: NodeAddress, name: string, call: NodeCall): Promise<void>;
  /** null where Gluster knows no such volume. */
  volumeInfo(via: NodeAddress, name: string, call: NodeCall): Promise<GlusterVolume | null>;

  /**
   * What the node holds of ours, and what could be taken for it. Changes nothing, needs no fence, and may run beside anything.
   * @returns null where there are no nodes to look at (the mock)
   */
  inspect(node: NodeAddress, call: NodeCall): Promise<NodeInventory | null>;

  /** Closes connections. */
  close(): Promise<void>;
}
