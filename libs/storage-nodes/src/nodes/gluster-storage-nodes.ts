import type { BrickReservation, DeviceObservation } from '#domain';
import { defaultNodeSettings, type NodeSettings } from '../commands/settings.js';
import { FencedExecutor, type FenceOptions } from '../fence/fenced-executor.js';
import type { NodeInventory } from '../node-inventory.js';
import type { RemoteExecutor } from '../remote-executor.js';
import type * as port from '../storage-nodes.js';
import { removeBrick } from './brick-removal.js';
import { ensureBrick } from './bricks.js';
import { ensureDevice } from './device-setup.js';
import { measureDevice, removeDevice } from './devices.js';
import type { NodeHealth } from '../health/node-health.js';
import { GlusterGates } from './gluster-gates.js';
import { inspect } from './inventory.js';
import { defaultRetry, NodeCommands, type RetrySettings } from './node-commands.js';
import { ensurePeer, glusterdRunning, hasPeers, removePeer } from './peers.js';
import { ensureBricksInVolume, removeBricksFromVolume } from './volume-bricks.js';
import { lookAtVolume } from './volume-look.js';
import { ensureVolume, ensureVolumeStarted, ensureVolumeStopped, removeVolume, startRebalance } from './volumes.js';

export interface GlusterStorageNodesOptions {
  /** What differs from Heketi's defaults. */
  readonly settings?: Partial<NodeSettings>;
  readonly retry?: Partial<RetrySettings>;
  readonly fence?: FenceOptions;
  /** Gluster commands under way at a time, per cluster. Default 8. */
  readonly glusterCommandsPerCluster?: number;
}

const COMMANDS_PER_CLUSTER = 8;

type Node = port.NodeAddress;
type Call = port.NodeCall;

/** Storage nodes with LVM, XFS and Gluster, reached through any RemoteExecutor. */
export class GlusterStorageNodes implements port.StorageNodes {
  readonly #executor: FencedExecutor;
  readonly #settings: NodeSettings;
  readonly #retry: RetrySettings;
  readonly #gates: GlusterGates;
  readonly health?: NodeHealth;

  constructor(transport: RemoteExecutor, options: GlusterStorageNodesOptions = {}) {
    this.#executor = new FencedExecutor(transport, options.fence);
    this.#settings = { ...defaultNodeSettings, ...options.settings };
    this.#retry = { ...defaultRetry, ...options.retry };
    this.#gates = new GlusterGates(options.glusterCommandsPerCluster ?? COMMANDS_PER_CLUSTER);
    if (transport.health !== undefined) this.health = transport.health;
  }

  takeOver(node: Node, call: Call): Promise<void> {
    return this.#executor.takeOver(node, call);
  }

  nodeInstallation(node: Node, call: Call): Promise<string | null> {
    return this.#executor.installationOf(node, call);
  }

  forgetNode(node: Node, call: Call): Promise<void> {
    return this.#executor.forget(node, call);
  }

  glusterdRunning(node: Node, call: Call): Promise<boolean> {
    return glusterdRunning(this.#on(node, call), this.#settings);
  }

  hasPeers(node: Node, call: Call): Promise<boolean> {
    return hasPeers(this.#on(node, call), this.#settings);
  }

  ensurePeer(via: Node, storageHost: string, call: Call): Promise<void> {
    return ensurePeer(this.#on(via, call), storageHost, this.#settings);
  }

  removePeer(via: Node, storageHost: string, call: Call): Promise<void> {
    return removePeer(this.#on(via, call), storageHost, this.#settings);
  }

  ensureDevice(node: Node, device: port.DeviceSetup, call: Call): Promise<DeviceObservation> {
    return ensureDevice(this.#on(node, call), device, this.#settings);
  }

  measureDevice(node: Node, device: port.DeviceIdentity, call: Call): Promise<DeviceObservation> {
    return measureDevice(this.#on(node, call), device);
  }

  removeDevice(node: Node, device: port.DeviceIdentity & { readonly pvUuid: string }, call: Call): Promise<void> {
    return removeDevice(this.#on(node, call), device);
  }

  ensureBrick(node: Node, brick: port.BrickSpec, options: { readonly fresh: boolean }, call: Call): Promise<void> {
    return ensureBrick(this.#on(node, call), brick, options.fresh, this.#settings);
  }

  removeBrick(node: Node, brick: BrickReservation, call: Call): Promise<void> {
    return removeBrick(this.#on(node, call), brick, this.#settings);
  }

  ensureVolume(via: Node, volume: port.VolumeSpec, options: { readonly fresh: boolean }, call: Call): Promise<void> {
    return ensureVolume(this.#on(via, call), volume, options.fresh, this.#settings);
  }

  ensureVolumeStarted(via: Node, name: string, call: Call): Promise<void> {
    return ensureVolumeStarted(this.#on(via, call), name, this.#settings);
  }

  ensureVolumeStopped(via: Node, name: string, call: Call, owner?: port.VolumeSpec): Promise<void> {
    return ensureVolumeStopped(this.#on(via, call), name, owner, this.#settings);
  }

  removeVolume(via: Node, name: string, call: Call, owner?: port.VolumeSpec): Promise<void> {
    return removeVolume(this.#on(via, call), name, owner, this.#settings);
  }

  ensureBricksInVolume(via: Node, volume: port.VolumeSpec, call: Call): Promise<void> {
    return ensureBricksInVolume(this.#on(via, call), volume, this.#settings);
  }

  removeBricksFromVolume(via: Node, volume: port.VolumeSpec, call: Call): Promise<void> {
    return removeBricksFromVolume(this.#on(via, call), volume, this.#settings);
  }

  startRebalance(via: Node, name: string, call: Call): Promise<void> {
    return startRebalance(this.#on(via, call), name, this.#settings);
  }

  volumeInfo(via: Node, name: string, call: Call): Promise<port.GlusterVolume | null> {
    return lookAtVolume(this.#on(via, call), name, this.#settings);
  }

  async inspect(node: Node, call: Call): Promise<NodeInventory> {
    const installation = await this.#executor.installationOf(node, call);
    return { installation, ...(await inspect(this.#on(node, call), this.#settings)) };
  }

  close(): Promise<void> {
    return this.#executor.close();
  }

  #on(node: Node, call: Call): NodeCommands {
    return new NodeCommands(this.#executor, node, call, this.#retry, this.#gates);
  }
}
