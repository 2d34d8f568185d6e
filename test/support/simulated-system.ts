import { type NodeSnapshot, startSimulatedNodes, type SimulatedNodes, type SimulatorOptions } from '#node-simulator';
import { GlusterStorageNodes, SshExecutor, type SshOptions } from '#storage-nodes';
import { startSystem, type SystemOptions, type TestSystem } from '#test/system';
import { check, PostgresQueries, type CheckReport } from '#read-model';
import { checkDrift, isClean, isDrift, type DriftReport } from '#drift';
import { PostgresEventStore, readInstallationId } from '#event-store';
import { silentLogger } from '#kernel';
import { testKeys } from '#test/http-client';
import { HeketiClient } from '../../apps/cli/src/client/heketi-client.js';
import { loadTopology } from '../../apps/cli/src/client/topology.js';
import { sampleTopology } from '../../apps/cli/src/demo/sample-topology.js';

export interface SimulatedSystem extends TestSystem {
  readonly simulator: SimulatedNodes;
  /** Whose nodes they are, as long as they are in. */
  readonly installationId: string;
  readonly client: HeketiClient;
  /** What the nodes hold, for comparing before and after. */
  holdings(): Readonly<Record<string, NodeSnapshot>>;
  /** Brings simulated nodes, all unless given, and their devices into a cluster of their own through the REST API. */
  loadAll(nodes?: SimulatedNodes['nodes']): Promise<void>;
  /** `brickyard db check` on the system's database. */
  check(): Promise<CheckReport>;
  /** `brickyard drift`. */
  drift(): Promise<DriftReport>;
  /** Also checks that the nodes hold exactly what the read model says. @throws Error where they do not */
  close(): Promise<void>;
}

/** Shared by all bricks of a node, made by the first and kept: removing it would race with the next brick's mkdir. */
const MOUNT_ROOT = '/var/lib/heketi/mounts';

function withoutMountRoot(node: NodeSnapshot): NodeSnapshot {
  return { ...node, folders: node.folders.filter((folder) => folder !== MOUNT_ROOT) };
}

/** Impatient, so that tests of failures take no longer than they must. */
const impatient = { stepRetryMs: 10, retryMs: 50, retryLimitMs: 200, reconcileMs: 200, dispatchMs: 100 };

/** API, worker (unless `worker` is null) and simulated nodes that are reached over real SSH, in this process. */
export async function startSimulatedSystem(
  options: SystemOptions & { readonly simulator?: SimulatorOptions; readonly ssh?: Partial<SshOptions> } = {},
): Promise<SimulatedSystem> {
  const simulator = await startSimulatedNodes({ count: 3, devicesPerNode: 1, ...options.simulator });
  const access = { user: 'root', port: simulator.port, privateKey: simulator.clientPrivateKey ?? '' };
  const nodes = (installationId: string): GlusterStorageNodes =>
    new GlusterStorageNodes(new SshExecutor({ ...access, reconnectLongestMs: 1000, ...options.ssh }), {
      fence: { installationId },
      retry: { firstDelayMs: 10 },
    });
  const worker = options.worker === null ? null : { ...impatient, ...options.worker };
  const system = await startSystem({ nodes, ...options, worker });
  const client = new HeketiClient({ baseUrl: system.base, issuer: 'admin', key: testKeys.admin });
  const owner = await system.database.connect('owner', 4);
  const installationId = await readInstallationId(owner);
  const drift = async (): Promise<DriftReport> => {
    // as the command does: with connections of its own
    const inspector = new GlusterStorageNodes(new SshExecutor(access));
    try {
      return await checkDrift({ queries: new PostgresQueries(owner), sql: owner, nodes: inspector });
    } finally {
      await inspector.close();
    }
  };
  return {
    ...system,
    simulator,
    installationId,
    client,
    holdings: () =>
      Object.fromEntries(Object.entries(simulator.snapshot()).map(([name, node]) => [name, withoutMountRoot(node)])),
    loadAll: (nodes = simulator.nodes) => loadTopology(client, simulatedTopology(nodes), () => undefined),
    check: () => check({ owner, eventStore: new PostgresEventStore(), logger: silentLogger }),
    drift,
    close: async () => {
      try {
        await assertNothingLeaked(simulator, drift);
      } finally {
        await system.close();
        await simulator.close();
      }
    },
  };
}

async function assertNothingLeaked(simulator: SimulatedNodes, drift: () => Promise<DriftReport>): Promise<void> {
  for (const node of simulator.nodes) node.faults.clear();
  const report = await drift();
  if (isClean(report)) return;
  const { uninspected, differences } = report;
  throw new Error(`nodes and read model differ: ${JSON.stringify([...uninspected, ...differences.filter(isDrift)])}`);
}

/** The topology file of simulated nodes. */
export function simulatedTopology(nodes: SimulatedNodes['nodes']): ReturnType<typeof sampleTopology> {
  return sampleTopology(
    nodes.map(({ manageHost, storageHost, devices }) => ({
      manageHost,
      storageHost,
      devices: devices.map(({ path }) => path),
    })),
  );
}
