import { gibToKib } from '#kernel';
import { newWorld, type WorldState } from '../model/world.js';
import type { NodeSnapshot } from '../model/snapshot.js';
import { randomIds } from './ids.js';
import { generateKeyPair, type KeyPair } from './keys.js';
import { listenOnOnePort } from './one-port.js';
import { SimulatedNode } from './simulated-node.js';
import { loadState, StateFile, type SavedState } from './state-file.js';
import { VolumeLocks } from './volume-locks.js';

export interface SimulatorOptions {
  /** Default 3. */
  readonly count?: number;
  /** Default 2: `/dev/vdb`, `/dev/vdc`. */
  readonly devicesPerNode?: number;
  /** Default 100. Nothing is allocated: disks are numbers. */
  readonly deviceSizeGiB?: number;
  /** One a node; manage and storage hostname alike. Default 127.0.1.1, 127.0.1.2, ... */
  readonly addresses?: readonly string[];
  /** Default: that of the state file, else any that is free on all addresses. */
  readonly port?: number;
  /** The client's public key as a line of authorized_keys. Default: a pair is made, see `clientPrivateKey`. */
  readonly authorizedKey?: string;
  /** How long every command takes. Default 0. */
  readonly latencyMs?: number | ((line: string) => number);
  /** Factor on the seconds of `timeout` in command lines. Default 1. */
  readonly timeScale?: number;
  /** mkfs.xfs refuses less. Default 300, as xfsprogs has it since 5.19. */
  readonly minimumXfsMiB?: number;
  /** Where everything is kept over restarts. Default: nowhere. */
  readonly stateFile?: string;
}

export interface SimulatedNodes {
  /** One port for all nodes. */
  readonly port: number;
  /** OpenSSH text; null where `authorizedKey` was given. */
  readonly clientPrivateKey: string | null;
  readonly nodes: readonly SimulatedNode[];
  /** By name, manage or storage hostname. @throws Error for any other */
  node(host: string): SimulatedNode;
  /** What every node holds, by node name. */
  snapshot(): Readonly<Record<string, NodeSnapshot>>;
  close(): Promise<void>;
}

/** @throws Error where the addresses cannot be listened on, or the state file describes other nodes */
export async function startSimulatedNodes(options: SimulatorOptions = {}): Promise<SimulatedNodes> {
  const { count = 3, latencyMs = 0, timeScale = 1, minimumXfsMiB = 300, stateFile } = options;
  const saved = stateFile === undefined ? null : loadState(stateFile);
  const world = saved?.world ?? describeWorld(options, count);
  if (world.nodes.length !== count) {
    throw new Error(`the state file has ${world.nodes.length} nodes, not ${count}`);
  }
  const clientKey = options.authorizedKey === undefined ? (saved?.clientKey ?? generateKeyPair('simulator')) : null;
  const save: { now: () => void } = { now: () => undefined };
  const locks = new VolumeLocks();
  const nodes = world.nodes.map((state) => {
    state.reachable = true;
    return new SimulatedNode({
      world,
      state,
      hostKey: saved?.hostKeys[state.name] ?? generateKeyPair(state.name),
      clientPublicKey: options.authorizedKey ?? clientKey?.publicKey ?? '',
      settings: {
        latencyMs: typeof latencyMs === 'number' ? () => latencyMs : latencyMs,
        timeScale,
        minimumXfsKiB: minimumXfsMiB * 1024,
      },
      ids: randomIds,
      locks,
      changed: () => save.now(),
    });
  });
  const port = await listenOnOnePort(nodes, options.port ?? null, saved?.port ?? null);
  if (stateFile !== undefined) {
    const file = new StateFile(stateFile);
    save.now = () => file.save(stateOf(nodes, world, port, clientKey));
    save.now();
  }
  return {
    port,
    clientPrivateKey: clientKey?.privateKey ?? null,
    nodes,
    node: (host) => {
      const found = nodes.find((each) => [each.name, each.manageHost, each.storageHost].includes(host));
      if (found === undefined) throw new Error(`no simulated node is called ${host}`);
      return found;
    },
    snapshot: () => Object.fromEntries(nodes.map((each) => [each.name, each.snapshot()])),
    close: async () => {
      await Promise.all(nodes.map((each) => each.close()));
      save.now();
    },
  };
}

function describeWorld(options: SimulatorOptions, count: number): WorldState {
  const { devicesPerNode = 2, deviceSizeGiB = 100, addresses } = options;
  return newWorld(
    Array.from({ length: count }, (_, index) => {
      const host = addresses === undefined ? `127.0.1.${index + 1}` : addresses[index];
      if (host === undefined) throw new Error(`${count} nodes need ${count} addresses`);
      return {
        name: `node${index + 1}`,
        manageHost: host,
        storageHost: host,
        peerUuid: randomIds.uuid(),
        deviceSizesKiB: Array.from({ length: devicesPerNode }, () => gibToKib(deviceSizeGiB)),
      };
    }),
  );
}

function stateOf(
  nodes: readonly SimulatedNode[],
  world: WorldState,
  port: number,
  clientKey: KeyPair | null,
): SavedState {
  const hostKeys = Object.fromEntries(nodes.map((node) => [node.name, node.hostKeyPair]));
  return { format: 1, port, clientKey, hostKeys, world };
}
