import type { BrickReservation, DeviceObservation, PinnedHostKey } from '#domain';
import {
  assertLive,
  FencedError,
  NodeCommandError,
  NodeUnreachableError,
  type BrickSpec,
  type DeviceIdentity,
  type Fence,
  type GlusterVolume,
  type NodeAddress,
  type NodeCall,
  type StorageNodes,
  type VolumeSpec,
} from '#storage-nodes';

interface Volume {
  started: boolean;
  bricks: string[];
  owner: string;
}

export const shownKey: PinnedHostKey = { algorithm: 'ssh-ed25519', publicKey: 'AAAA', fingerprint: 'SHA256:abc' };

const names = (spec: VolumeSpec): string[] =>
  spec.brickSets.flat().map((brick) => `${brick.storageHost}:${brick.path}`);

/** A command that was sent, whose end nobody has seen, and that still runs. */
interface Lingering {
  readonly nodeId: string;
  readonly fence: Fence | undefined;
  readonly work: () => unknown;
}

/** Thrown by a fault: the connection breaks and the command runs on, until it is let go or the node is taken over. */
export class Linger extends Error {}

/**
 * Nodes that remember what is on them and refuse what real ones refuse: making a thing twice without looking, removing a brick
 * that a volume uses, deleting a volume that runs, a worker whose epochs are no longer the highest. `fault` is asked before and
 * after every call has taken effect.
 */
export class StrictNodes implements StorageNodes {
  readonly bricks = new Set<string>();
  readonly volumes = new Map<string, Volume>();
  readonly peers = new Set<string>();
  readonly devices = new Set<string>();
  /** Nodes that carry the id of the installation. */
  readonly marks = new Set<string>();
  readonly calls: string[] = [];
  #lingering: Lingering[] = [];
  readonly #epochs = new Map<string, number>();
  fault: (call: string, when: 'before' | 'after', node: NodeAddress) => void = () => undefined;

  takeOver(node: NodeAddress, call: NodeCall): Promise<void> {
    return this.#do(`take over ${node.nodeId}`, node, call, () => {
      this.#lingering = this.#lingering.filter(
        ({ nodeId, fence }) => nodeId !== node.nodeId || !isBelow(fence, call.fence),
      );
    });
  }

  nodeInstallation(node: NodeAddress, call: NodeCall): Promise<string | null> {
    return this.#do(`installation of ${node.nodeId}`, node, call, () => (this.marks.has(node.nodeId) ? 'ours' : null));
  }

  forgetNode(node: NodeAddress, call: NodeCall): Promise<void> {
    return this.#do(`forget ${node.nodeId}`, node, call, () => void this.marks.delete(node.nodeId));
  }

  glusterdRunning(node: NodeAddress, call: NodeCall): Promise<boolean> {
    return this.#do(`glusterd ${node.nodeId}`, node, call, () => true);
  }

  hasPeers(node: NodeAddress, call: NodeCall): Promise<boolean> {
    return this.#do(`peers of ${node.nodeId}`, node, call, () => this.peers.has(node.storageHost));
  }

  ensurePeer(via: NodeAddress, storageHost: string, call: NodeCall): Promise<void> {
    return this.#do(`probe ${storageHost}`, via, call, () => void this.peers.add(storageHost));
  }

  removePeer(via: NodeAddress, storageHost: string, call: NodeCall): Promise<void> {
    return this.#do(`detach ${storageHost}`, via, call, () => void this.peers.delete(storageHost));
  }

  ensureDevice(node: NodeAddress, device: DeviceIdentity, call: NodeCall): Promise<DeviceObservation> {
    return this.#do(`setup ${device.deviceId}`, node, call, () => {
      this.devices.add(device.deviceId);
      return measured(device);
    });
  }

  measureDevice(node: NodeAddress, device: DeviceIdentity, call: NodeCall): Promise<DeviceObservation> {
    return this.#do(`measure ${device.deviceId}`, node, call, () => measured(device));
  }

  removeDevice(node: NodeAddress, device: DeviceIdentity, call: NodeCall): Promise<void> {
    return this.#do(`teardown ${device.deviceId}`, node, call, () => void this.devices.delete(device.deviceId));
  }

  ensureBrick(node: NodeAddress, brick: BrickSpec, options: { fresh: boolean }, call: NodeCall): Promise<void> {
    return this.#do(`make ${brick.brickId}`, node, call, () => {
      if (options.fresh && this.bricks.has(brick.brickId)) throw this.#refusal(node, 'Logical Volume already exists');
      this.bricks.add(brick.brickId);
    });
  }

  removeBrick(node: NodeAddress, brick: BrickReservation, call: NodeCall): Promise<void> {
    return this.#do(`remove ${brick.brickId}`, node, call, () => {
      const used = [...this.volumes.values()].some((volume) => volume.bricks.some((name) => name.endsWith(brick.path)));
      if (used) throw this.#refusal(node, 'target is busy');
      this.bricks.delete(brick.brickId);
    });
  }

  ensureVolume(via: NodeAddress, spec: VolumeSpec, options: { fresh: boolean }, call: NodeCall): Promise<void> {
    return this.#do(`create ${spec.name}`, via, call, () => {
      const found = this.volumes.get(spec.name);
      if (found !== undefined && (options.fresh || found.owner !== spec.volumeId)) {
        throw this.#refusal(via, `volume create: ${spec.name}: failed: Volume ${spec.name} already exists`);
      }
      this.volumes.set(spec.name, { started: false, ...found, bricks: names(spec), owner: spec.volumeId });
    });
  }

  ensureVolumeStarted(via: NodeAddress, name: string, call: NodeCall): Promise<void> {
    return this.#do(`start ${name}`, via, call, () => {
      const volume = this.volumes.get(name);
      if (volume === undefined) throw this.#refusal(via, `Volume ${name} does not exist`);
      volume.started = true;
    });
  }

  ensureVolumeStopped(via: NodeAddress, name: string, call: NodeCall, owner?: VolumeSpec): Promise<void> {
    return this.#do(`stop ${name}`, via, call, () => {
      const volume = this.#own(name, owner);
      if (volume !== undefined) volume.started = false;
    });
  }

  removeVolume(via: NodeAddress, name: string, call: NodeCall, owner?: VolumeSpec): Promise<void> {
    return this.#do(`delete ${name}`, via, call, () => {
      const volume = this.#own(name, owner);
      if (volume?.started === true)
        throw this.#refusal(via, `Volume ${name} has been started. It must be stopped first`);
      if (volume !== undefined) this.volumes.delete(name);
    });
  }

  ensureBricksInVolume(via: NodeAddress, spec: VolumeSpec, call: NodeCall): Promise<void> {
    return this.#do(`add-brick ${spec.name}`, via, call, () => {
      const volume = this.volumes.get(spec.name);
      if (volume !== undefined) volume.bricks = [...new Set([...volume.bricks, ...names(spec)])];
    });
  }

  removeBricksFromVolume(via: NodeAddress, spec: VolumeSpec, call: NodeCall): Promise<void> {
    return this.#do(`remove-brick ${spec.name}`, via, call, () => {
      const volume = this.volumes.get(spec.name);
      const gone = new Set(names(spec));
      if (volume !== undefined) volume.bricks = volume.bricks.filter((brick) => !gone.has(brick));
    });
  }

  startRebalance(via: NodeAddress, name: string, call: NodeCall): Promise<void> {
    return this.#do(`rebalance ${name}`, via, call, () => undefined);
  }

  volumeInfo(via: NodeAddress, name: string, call: NodeCall): Promise<GlusterVolume | null> {
    return this.#do(`info ${name}`, via, call, () => {
      const volume = this.volumes.get(name);
      if (volume === undefined) return null;
      return { name, started: volume.started, bricks: volume.bricks, options: { 'user.heketi.id': volume.owner } };
    });
  }

  inspect(node: NodeAddress, call: NodeCall): Promise<null> {
    return this.#do(`inspect ${node.nodeId}`, node, call, () => null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** What is on the nodes, to be compared. */
  contents(): object {
    return {
      bricks: [...this.bricks].sort(),
      volumes: Object.fromEntries([...this.volumes].map(([name, { started, bricks }]) => [name, { started, bricks }])),
      peers: [...this.peers].sort(),
      devices: [...this.devices].sort(),
      marks: [...this.marks].sort(),
    };
  }

  /** Commands that were still running come to their end now. */
  letGo(): void {
    for (const { work } of this.#lingering.splice(0)) {
      try {
        work();
      } catch (error) {
        if (!(error instanceof NodeCommandError)) throw error;
      }
    }
  }

  async #do<T>(text: string, node: NodeAddress, call: NodeCall, work: () => T): Promise<T> {
    await Promise.resolve();
    assertLive(call);
    this.calls.push(text);
    try {
      this.fault(text, 'before', node);
    } catch (error) {
      if (!(error instanceof Linger)) throw error;
      this.#lingering.push({ nodeId: node.nodeId, fence: call.fence, work });
      throw new NodeUnreachableError('connection lost', node.nodeId, true);
    }
    this.#checkFence(node, call.fence);
    if (call.fence !== undefined && !/^(take over|forget) /.test(text)) this.marks.add(node.nodeId);
    if (node.hostKey === null) call.onHostKey?.(node.nodeId, shownKey);
    try {
      const result = work();
      call.onCommand({ node: node.manageHost, command: text, exitCode: 0, durationMs: 1 });
      this.fault(text, 'after', node);
      return result;
    } catch (error) {
      if (error instanceof NodeCommandError) {
        call.onCommand({ node: node.manageHost, command: text, exitCode: 1, durationMs: 1, stderr: error.message });
      }
      throw error;
    }
  }

  #checkFence({ nodeId }: NodeAddress, fence: Fence | undefined): void {
    for (const [key, epoch] of Object.entries(fence?.epochs ?? {})) {
      const place = `${nodeId} ${key}`;
      if (epoch < (this.#epochs.get(place) ?? 0)) throw new FencedError(`${key} is in other hands`, nodeId);
      this.#epochs.set(place, epoch);
    }
  }

  #own(name: string, owner: VolumeSpec | undefined): Volume | undefined {
    const volume = this.volumes.get(name);
    return owner === undefined || volume?.owner === owner.volumeId ? volume : undefined;
  }

  #refusal(node: NodeAddress, text: string): NodeCommandError {
    return new NodeCommandError(text, node.manageHost, 'command', 1);
  }
}

function isBelow(fence: Fence | undefined, other: Fence | undefined): boolean {
  return Object.entries(fence?.epochs ?? {}).some(([key, epoch]) => epoch < (other?.epochs[key] ?? 0));
}

function measured(device: DeviceIdentity): DeviceObservation {
  return { totalKiB: 1_000_000, freeKiB: 1_000_000, extentSizeKiB: 4096, pvUuid: 'pv', paths: [device.name] };
}
