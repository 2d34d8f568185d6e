import { operationKinds, type DeviceState, type NodeState } from '#domain';
import type { MetricsView } from '#read-model';
import { Gauge, Registry } from 'prom-client';

const BYTES_PER_KIB = 1024;

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

function add(registry: Registry, name: string, help: string, samples: readonly Sample[]): void {
  // prom-client gives a gauge without labels a sample of 0: a device that nobody has.
  if (samples.length === 0) return;
  const labelNames = Object.keys(samples[0]?.[0] ?? {});
  const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
  for (const [labels, value] of samples) gauge.set(labels, value);
}

function hostLabels(clusterId: string, node: NodeState): Record<string, string> {
  const [hostname = ''] = node.manageHostnames;
  const [storage_hostname = ''] = node.storageHostnames;
  return { cluster: clusterId, hostname, storage_hostname };
}

/** Two devices of a node may have one name; the id keeps their series apart. */
function deviceLabels(clusterId: string, node: NodeState, device: DeviceState): Record<string, string> {
  const { cluster = '', hostname = '', storage_hostname = '' } = hostLabels(clusterId, node);
  return { cluster, device: device.name, hostname, id: device.deviceId, pv_uuid: device.pvUuid, storage_hostname };
}

type DeviceMetric = readonly [suffix: string, help: string, value: (device: DeviceState) => number];

const deviceMetrics: readonly DeviceMetric[] = [
  ['size', 'Total size of the device', (device) => device.totalKiB],
  ['free', 'Amount of Free space available on the device', (device) => device.freeKiB],
  ['used', 'Amount of space used on the device', (device) => device.usedKiB],
  ['size_bytes', 'Total size of the device in bytes', (device) => device.totalKiB * BYTES_PER_KIB],
  ['free_bytes', 'Amount of Free space available on the device in bytes', (device) => device.freeKiB * BYTES_PER_KIB],
  ['used_bytes', 'Amount of space used on the device in bytes', (device) => device.usedKiB * BYTES_PER_KIB],
  ['brick_count', 'Number of bricks on device', (device) => device.brickCount],
];

/** Heketi's counts of pending operations. `failed` are those that are being undone, `stale` what waits to be cleaned up. */
function addOperations(registry: Registry, all: MetricsView['operations']): void {
  const count = (of: (each: MetricsView['operations'][number]) => boolean): number =>
    all.filter(of).reduce((sum, each) => sum + each.count, 0);
  const wanted = (status: string): number => count((each) => each.kind !== 'cleanup' && each.status === status);
  const gauge = (name: string, help: string, value: number): void =>
    add(registry, `heketi_operations_${name}_count`, help, [[{}, value]]);
  gauge('new', 'Number of New Operations', wanted('accepted'));
  gauge('inFlight', 'Number of in flight Operations', wanted('running'));
  gauge('failed', 'Number of Failed Operations', wanted('compensating'));
  gauge(
    'stale',
    'Number of Stale Operations',
    count(({ kind }) => kind === 'cleanup'),
  );
  gauge(
    'total',
    'Total Number of Operations',
    count(() => true),
  );
  const byKind = operationKinds.flatMap((kind) =>
    ['accepted', 'running', 'compensating'].map((status): Sample => [
      { kind, status },
      count((each) => each.kind === kind && each.status === status),
    ]),
  );
  add(registry, 'brickyard_operations', 'Operations that have not reached their end, by kind and status.', byKind);
}

function addLanes(registry: Registry, { waiting, longest }: MetricsView['lanes']): void {
  const gauge = (name: string, help: string, value: number): void => add(registry, name, help, [[{}, value]]);
  gauge('brickyard_lanes_waiting', 'Resources for which operations wait behind another one.', waiting);
  gauge('brickyard_lane_longest_operations', 'Operations that wait in the longest of these lanes.', longest);
}

/** Heketi's gauges, as Prometheus text. `null`: the database is away, and only that is said. */
export async function heketiMetrics(view: MetricsView | null): Promise<string> {
  const registry = new Registry();
  add(registry, 'heketi_up', 'Is heketi running?', [[{}, view === null ? 0 : 1]]);
  if (view === null) return registry.metrics();
  const { clusters } = view;
  const hosts = clusters.flatMap(({ clusterId, nodes }) => nodes.map((entry) => ({ clusterId, ...entry })));
  const devices = hosts.flatMap((host) => host.devices.map((device) => ({ ...host, device })));
  const perCluster = (value: (cluster: (typeof clusters)[number]) => number): Sample[] =>
    clusters.map((cluster) => [{ cluster: cluster.clusterId }, value(cluster)]);
  add(registry, 'heketi_cluster_count', 'Number of clusters', [[{}, clusters.length]]);
  add(
    registry,
    'heketi_volumes_count',
    'Number of volumes on cluster',
    perCluster(({ volumeCount }) => volumeCount),
  );
  add(
    registry,
    'heketi_block_volumes_count',
    'Number of block volumes on cluster',
    perCluster(() => 0),
  );
  add(
    registry,
    'heketi_nodes_count',
    'Number of nodes on cluster',
    perCluster(({ nodes }) => nodes.length),
  );
  add(
    registry,
    'heketi_device_count',
    'Number of devices on host',
    hosts.map(({ clusterId, node, devices: own }): Sample => [hostLabels(clusterId, node), own.length]),
  );
  for (const [suffix, help, value] of deviceMetrics) {
    const samples = devices.map(({ clusterId, node, device }): Sample => [
      deviceLabels(clusterId, node, device),
      value(device),
    ]);
    add(registry, `heketi_device_${suffix}`, help, samples);
  }
  addOperations(registry, view.operations);
  addLanes(registry, view.lanes);
  return registry.metrics();
}
