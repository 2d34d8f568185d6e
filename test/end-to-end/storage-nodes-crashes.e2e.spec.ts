import { startSimulatedNodes, type FaultAction, type SimulatedNodes } from '#node-simulator';
import { brickOn } from '#test/storage-nodes-conformance';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  GlusterStorageNodes,
  NodeUnreachableError,
  SshExecutor,
  type BrickSpec,
  type NodeAddress,
  type NodeCall,
  type VolumeSpec,
} from '#storage-nodes';

let simulated: SimulatedNodes;
let nodes: GlusterStorageNodes;
let addresses: readonly NodeAddress[];
let via: NodeAddress;

const call: NodeCall = { signal: new AbortController().signal, onCommand: () => undefined };
const deviceId = 'd'.repeat(32);
const volumeId = 'e'.repeat(32);
const device = { deviceId, name: '/dev/vdb', destroyData: false };

beforeEach(async () => {
  simulated = await startSimulatedNodes();
  const privateKey = simulated.clientPrivateKey ?? '';
  nodes = new GlusterStorageNodes(new SshExecutor({ user: 'root', privateKey, port: simulated.port }));
  addresses = simulated.nodes.map(({ name, manageHost, storageHost }) => ({
    nodeId: name,
    manageHost,
    storageHost,
    hostKey: null,
  }));
  via = addresses[0]!;
});

afterEach(async () => {
  await nodes.close();
  await simulated.close();
});

/** What all nodes hold, but for the UUIDs that LVM and gluster make up, and the marks that volumes leave on bricks. */
function state(): string {
  return JSON.stringify(simulated.snapshot())
    .replace(/"volumeId":("[^"]*"|null)/g, '"volumeId"')
    .replace(/[A-Za-z0-9]{6}(-[A-Za-z0-9]{4}){5}-[A-Za-z0-9]{6}/g, 'PV-UUID')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID');
}

interface Work {
  /** Before every ensure that starts from nothing. */
  readonly prepare?: () => Promise<unknown>;
  readonly ensure: (fresh: boolean) => Promise<unknown>;
  readonly remove: () => Promise<void>;
}

const crashes: readonly FaultAction['kind'][] = ['drop-before', 'drop-midway', 'drop-after'];

/** The connection breaks at the nth command from now on, which had no effect, half of it, or all of it. */
async function crashAt(nth: number, kind: FaultAction['kind'], work: () => Promise<unknown>): Promise<void> {
  const { faults } = simulated.node(via.manageHost);
  faults.add({ match: /./, nth, action: { kind } as FaultAction });
  const error: unknown = await work().catch((reason: unknown) => reason);
  faults.clear();
  expect(error).toBeInstanceOf(NodeUnreachableError);
  expect(error).toMatchObject({ sent: true });
}

async function commandsOf(work: () => Promise<unknown>): Promise<number> {
  const { commands } = simulated.node(via.manageHost);
  const before = commands.length;
  await work();
  return commands.length - before;
}

/**
 * For a crash at every command of ensure: a second ensure ends where an undisturbed one does, and an undo ends where all
 * began. For a crash at every command of the undo: a second one ends there as well.
 */
async function survivesEveryCrash(
  work: Work,
  skip: (nth: number, kind: string) => boolean = () => false,
): Promise<void> {
  const start = async (): Promise<void> => {
    await work.prepare?.();
  };
  await start();
  const nothing = state();
  const ensureCount = await commandsOf(() => work.ensure(true));
  const everything = state();
  expect(everything).not.toBe(nothing);
  expect(ensureCount).toBeGreaterThan(2);
  await work.ensure(false);
  expect(state()).toBe(everything);
  const removeCount = await commandsOf(work.remove);
  expect(state()).toBe(nothing);
  for (const kind of crashes) {
    for (let nth = 1; nth <= ensureCount; nth += 1) {
      await start();
      await crashAt(nth, kind, () => work.ensure(true));
      await work.remove();
      expect(state(), `remove after ${kind} at command ${nth}`).toBe(nothing);
      if (skip(nth, kind)) continue;
      await start();
      await crashAt(nth, kind, () => work.ensure(true));
      await work.ensure(false);
      expect(state(), `ensure again after ${kind} at command ${nth}`).toBe(everything);
      await work.remove();
    }
    for (let nth = 1; nth <= removeCount; nth += 1) {
      await start();
      await work.ensure(true);
      await crashAt(nth, kind, work.remove);
      await work.remove();
      expect(state(), `remove again after ${kind} at command ${nth}`).toBe(nothing);
    }
  }
}

describe('a crash at any command', () => {
  it('of a device set-up', async () => {
    let pvUuid = '';
    await survivesEveryCrash({
      ensure: async () => ({ pvUuid } = await nodes.ensureDevice(via, device, call)),
      remove: async () => {
        // the undo of a set-up that never got to its end does not know the UUID
        await nodes.removeDevice(via, { ...device, pvUuid }, call);
        pvUuid = '';
      },
    });
  });

  it('of the set-up of a device that is wiped first', async () => {
    const sign = (): void => {
      simulated.node(via.manageHost).alter((node) => (node.devices[0]!.signature = 'ext4'));
    };
    sign();
    await survivesEveryCrash({
      ensure: () => nodes.ensureDevice(via, { ...device, destroyData: true }, call),
      remove: async () => {
        await nodes.removeDevice(via, { ...device, pvUuid: '' }, call);
        sign();
      },
    });
  });

  it('of a brick', async () => {
    await nodes.ensureDevice(via, device, call);
    const brick = { ...brickOn(deviceId, via.nodeId, volumeId), gid: 2000 };
    // the folder of the device's mounts comes with the first brick and goes with the device
    await nodes.ensureBrick(via, brick, { fresh: true }, call);
    await nodes.removeBrick(via, brick, call);
    await survivesEveryCrash({
      ensure: (fresh) => nodes.ensureBrick(via, brick, { fresh }, call),
      remove: () => nodes.removeBrick(via, brick, call),
    });
  });

  describe('of a volume', () => {
    const name = 'v1';
    let bricks: readonly { readonly address: NodeAddress; readonly brick: BrickSpec }[];
    let whole: VolumeSpec;

    beforeEach(async () => {
      for (const { storageHost } of addresses.slice(1)) {
        await nodes.ensurePeer(via, storageHost, call);
      }
      await Promise.all(addresses.map((address) => nodes.ensureDevice(address, device, call)));
      bricks = ['1', '2'].flatMap((set) =>
        addresses.map((address) => {
          const made = brickOn(deviceId, address.nodeId, volumeId);
          const brickId = set.repeat(32);
          return { address, brick: { ...made, brickId, path: made.path.replace(made.brickId, brickId), gid: 0 } };
        }),
      );
      whole = specOf(bricks.slice(0, 3), bricks.slice(3));
      await makeBricks();
    });

    function specOf(...sets: readonly (typeof bricks)[]): VolumeSpec {
      return {
        name,
        volumeId,
        durability: { type: 'replicate', replica: 3 },
        options: ['performance.io-cache off', 'auth.allow 10.0.0.1,10.0.0.2'],
        brickSets: sets.map((set) =>
          set.map(({ address, brick }) => ({ storageHost: address.storageHost, path: brick.path })),
        ),
      };
    }
    const makeBricks = (): Promise<unknown> =>
      Promise.all(bricks.map(({ address, brick }) => nodes.ensureBrick(address, brick, { fresh: true }, call)));
    const removeBricks = (): Promise<unknown> =>
      Promise.all(bricks.map(({ address, brick }) => nodes.removeBrick(address, brick, call)));
    /** A brick keeps the mark of the volume that it was in, and no other takes it. */
    async function renewBricks(): Promise<void> {
      await removeBricks();
      await makeBricks();
    }
    async function removeVolume(): Promise<void> {
      await nodes.ensureVolumeStopped(via, name, call, whole);
      await nodes.removeVolume(via, name, call, whole);
    }

    it('of two sets with options', async () => {
      await survivesEveryCrash(
        {
          prepare: renewBricks,
          ensure: (fresh) => nodes.ensureVolume(via, whole, { fresh }, call),
          remove: removeVolume,
        },
        (nth, kind) => nth === 1 && kind === 'drop-midway',
      );
    });

    it('of which gluster has marked the bricks and not written it down: refused, and undone without a rest', async () => {
      const before = state();
      await crashAt(1, 'drop-midway', () => nodes.ensureVolume(via, whole, { fresh: true }, call));
      await expect(nodes.ensureVolume(via, whole, { fresh: false }, call)).rejects.toThrow('already part of a volume');
      await removeVolume();
      await renewBricks();
      expect(state()).toBe(before);
      await nodes.ensureVolume(via, whole, { fresh: true }, call);
    });

    it('that is started, expanded and shrunk again', async () => {
      const [first, more] = [specOf(bricks.slice(0, 3)), specOf(bricks.slice(3))];
      await survivesEveryCrash({
        prepare: async () => {
          await removeVolume();
          await renewBricks();
          await nodes.ensureVolume(via, first, { fresh: true }, call);
        },
        ensure: async () => {
          await nodes.ensureVolumeStarted(via, name, call);
          await nodes.ensureBricksInVolume(via, more, call);
          await nodes.startRebalance(via, name, call);
        },
        remove: async () => {
          await nodes.removeBricksFromVolume(via, more, call);
          await nodes.ensureVolumeStopped(via, name, call, first);
        },
      });
    });
  });
});
