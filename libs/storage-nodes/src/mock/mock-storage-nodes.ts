import { createHash } from 'node:crypto';
import type { BrickReservation, DeviceObservation } from '#domain';
import { gibToKib } from '#kernel';
import { brickText } from '../commands/gluster.js';
import type {
  BrickSpec,
  DeviceIdentity,
  DeviceSetup,
  GlusterVolume,
  NodeAddress,
  NodeCall,
  StorageNodes,
  VolumeSpec,
} from '../storage-nodes.js';

const EXTENT_KIB = 4096;
/** LVM writes a UUID in groups of these lengths. */
const UUID_GROUPS = [6, 4, 4, 4, 4, 4, 6];

interface MockVolume {
  readonly started: boolean;
  readonly bricks: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

/**
 * Heketi's `mock` executor: there are no nodes, and everything succeeds. Devices are of one size. What was done is kept in
 * memory only, so that answers agree with each other as long as the process lives.
 */
export class MockStorageNodes implements StorageNodes {
  readonly #bricks = new Map<string, BrickReservation>();
  readonly #volumes = new Map<string, MockVolume>();

  constructor(private readonly options: { readonly deviceSizeGiB?: number } = {}) {}

  takeOver(_node: NodeAddress, call: NodeCall): Promise<void> {
    return this.#act(call, () => undefined);
  }

  nodeInstallation(_node: NodeAddress, call: NodeCall): Promise<string | null> {
    return this.#act(call, () => null);
  }

  forgetNode(_node: NodeAddress, call: NodeCall): Promise<void> {
    return this.#act(call, () => undefined);
  }

  glusterdRunning(_node: NodeAddress, call: NodeCall): Promise<boolean> {
    return this.#act(call, () => true);
  }

  hasPeers(_node: NodeAddress, call: NodeCall): Promise<boolean> {
    return this.#act(call, () => false);
  }

  ensurePeer(_via: NodeAddress, _storageHost: string, call: NodeCall): Promise<void> {
    return this.#act(call, () => undefined);
  }

  removePeer(_via: NodeAddress, _storageHost: string, call: NodeCall): Promise<void> {
    return this.#act(call, () => undefined);
  }

  ensureDevice(_node: NodeAddress, device: DeviceSetup, call: NodeCall): Promise<DeviceObservation> {
    return this.#act(call, () => this.#observe(device));
  }

  measureDevice(_node: NodeAddress, device: DeviceIdentity, call: NodeCall): Promise<DeviceObservation> {
    return this.#act(call, () => this.#observe(device));
  }

  removeDevice(_node: NodeAddress, device: DeviceIdentity, call: NodeCall): Promise<void> {
    return this.#act(call, () => {
      for (const brick of this.#bricksOn(device.deviceId)) {
        this.#bricks.delete(brick.brickId);
      }
    });
  }

  ensureBrick(_node: NodeAddress, brick: BrickSpec, _options: object, call: NodeCall): Promise<void> {
    return this.#act(call, () => void this.#bricks.set(brick.brickId, brick));
  }

  removeBrick(_node: NodeAddress, brick: BrickReservation, call: NodeCall): Promise<void> {
    return this.#act(call, () => void this.#bricks.delete(brick.brickId));
  }

  ensureVolume(_via: NodeAddress, volume: VolumeSpec, _options: object, call: NodeCall): Promise<void> {
    return this.#act(call, () => {
      const known = this.#volumes.get(volume.name) ?? { started: false, bricks: [], options: {} };
      const options = { ...known.options, 'user.heketi.id': volume.volumeId };
      this.#volumes.set(volume.name, { ...known, options, bricks: joined(known, volume) });
    });
  }

  ensureVolumeStarted(_via: NodeAddress, name: string, call: NodeCall): Promise<void> {
    return this.#act(call, () => this.#change(name, (volume) => ({ ...volume, started: true })));
  }

  ensureVolumeStopped(_via: NodeAddress, name: string, call: NodeCall): Promise<void> {
    return this.#act(call, () => this.#change(name, (volume) => ({ ...volume, started: false })));
  }

  removeVolume(_via: NodeAddress, name: string, call: NodeCall): Promise<void> {
    return this.#act(call, () => void this.#volumes.delete(name));
  }

  ensureBricksInVolume(_via: NodeAddress, volume: VolumeSpec, call: NodeCall): Promise<void> {
    return this.#act(call, () => this.#change(volume.name, (known) => ({ ...known, bricks: joined(known, volume) })));
  }

  removeBricksFromVolume(_via: NodeAddress, volume: VolumeSpec, call: NodeCall): Promise<void> {
    const gone = new Set(volume.brickSets.flat().map(brickText));
    return this.#act(call, () =>
      this.#change(volume.name, (known) => ({ ...known, bricks: known.bricks.filter((brick) => !gone.has(brick)) })),
    );
  }

  startRebalance(_via: NodeAddress, _name: string, call: NodeCall): Promise<void> {
    return this.#act(call, () => undefined);
  }

  volumeInfo(_via: NodeAddress, name: string, call: NodeCall): Promise<GlusterVolume | null> {
    return this.#act(call, () => {
      const volume = this.#volumes.get(name);
      return volume === undefined ? null : { name, ...volume };
    });
  }

  /** There is nothing to look at: what this process remembers says nothing about what another one has done. */
  inspect(_node: NodeAddress, call: NodeCall): Promise<null> {
    return this.#act(call, () => null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #act<T>(call: NodeCall, work: () => T): Promise<T> {
    await Promise.resolve();
    call.signal.throwIfAborted();
    return work();
  }

  #change(name: string, change: (volume: MockVolume) => MockVolume): void {
    const volume = this.#volumes.get(name);
    if (volume !== undefined) {
      this.#volumes.set(name, change(volume));
    }
  }

  #bricksOn(deviceId: string): readonly BrickReservation[] {
    return [...this.#bricks.values()].filter((brick) => brick.deviceId === deviceId);
  }

  #observe(device: DeviceIdentity): DeviceObservation {
    const totalKiB = gibToKib(this.options.deviceSizeGiB ?? 500);
    const usedKiB = this.#bricksOn(device.deviceId).reduce(
      (sum, brick) => sum + brick.thinPoolKiB + brick.poolMetadataKiB,
      0,
    );
    return {
      totalKiB,
      freeKiB: totalKiB - usedKiB,
      extentSizeKiB: EXTENT_KIB,
      pvUuid: madeUpUuid(device.deviceId),
      paths: [device.name],
    };
  }
}

function joined(known: MockVolume, volume: VolumeSpec): readonly string[] {
  return [...new Set([...known.bricks, ...volume.brickSets.flat().map(brickText)])];
}

/** Looks as LVM's do, and is the same for the same device on every replica. */
function madeUpUuid(deviceId: string): string {
  const digits = createHash('sha256').update(`mock physical volume ${deviceId}`).digest('hex');
  const starts = UUID_GROUPS.map((_length, index) => UUID_GROUPS.slice(0, index).reduce((sum, n) => sum + n, 0));
  return UUID_GROUPS.map((length, index) => digits.slice(starts[index], (starts[index] ?? 0) + length)).join('-');
}
