import type { NodeState, OperationState, StateOf, StreamKind } from '#domain';
import type { Sql } from '#kernel';
import { readRow } from './object-store.js';
import type {
  ClusterContents,
  ClusterView,
  DeviceView,
  LaneWait,
  MetricsView,
  NodeView,
  NodeWithDevices,
  Occupants,
  OperationEntry,
  OperationFilter,
  OperationPage,
  OperationPlace,
  Queries,
  UnfinishedOperation,
  VolumeView,
} from './queries.js';
import { clusterContents } from './queries/contents.js';
import { aheadInLanes, mayStart, nextInLanes, waitsBehind } from './queries/lanes.js';
import { metrics } from './queries/metrics.js';
import { occupants } from './queries/occupants.js';
import { operationEntries, operationPage } from './queries/operation-list.js';
import * as operations from './queries/operations.js';
import * as topology from './queries/topology.js';
import * as volumes from './queries/volumes.js';

/**
 * The queries on Postgres, one statement each (three for the metrics, two for a list of operations). Given a pool they see what was committed; given a
 * ledger transaction's `sql` they see its own changes too.
 */
export class PostgresQueries implements Queries {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  clusterIds(): Promise<string[]> {
    return topology.clusterIds(this.#sql);
  }

  cluster(id: string): Promise<ClusterView | null> {
    return topology.cluster(this.#sql, id);
  }

  occupants(kind: 'cluster' | 'node' | 'device', id: string): Promise<Occupants> {
    return occupants(this.#sql, kind, id);
  }

  clusterNodes(clusterId: string): Promise<NodeWithDevices[]> {
    return topology.clusterNodes(this.#sql, clusterId);
  }

  clusterMembers(clusterId: string): Promise<NodeState[]> {
    return topology.clusterMembers(this.#sql, clusterId);
  }

  clusterContents(id: string): Promise<ClusterContents | null> {
    return clusterContents(this.#sql, id);
  }

  node(id: string): Promise<NodeView | null> {
    return topology.node(this.#sql, id);
  }

  device(id: string): Promise<DeviceView | null> {
    return topology.device(this.#sql, id);
  }

  hostnameOwner(kind: 'manage' | 'storage', name: string): Promise<string | null> {
    return topology.hostnameOwner(this.#sql, kind, name);
  }

  volumeIds(): Promise<string[]> {
    return volumes.volumeIds(this.#sql);
  }

  volume(id: string): Promise<VolumeView | null> {
    return volumes.volume(this.#sql, id);
  }

  volumeNameTaken(clusterId: string, name: string): Promise<boolean> {
    return volumes.volumeNameTaken(this.#sql, clusterId, name);
  }

  volumeCount(clusterId: string): Promise<number> {
    return volumes.volumeCount(this.#sql, clusterId);
  }

  operation(id: string): Promise<OperationState | null> {
    return this.state('operation', id);
  }

  operationStatuses(ids: readonly string[]): Promise<ReadonlyMap<string, OperationState['status']>> {
    return operations.operationStatuses(this.#sql, ids);
  }

  unfinishedOperations(limit: number, after?: string): Promise<UnfinishedOperation[]> {
    return operations.unfinishedOperations(this.#sql, limit, after ?? null);
  }

  operations(filter: OperationFilter, after: OperationPlace | null, limit: number): Promise<OperationPage> {
    return operationPage(this.#sql, filter, after, limit);
  }

  async operationEntry(id: string): Promise<OperationEntry | null> {
    const [entry] = await operationEntries(this.#sql, [id]);
    return entry ?? null;
  }

  mayStart(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return mayStart(this.#sql, ids);
  }

  waitsBehind(id: string): Promise<LaneWait | null> {
    return waitsBehind(this.#sql, id);
  }

  nextInLanes(resources: readonly string[]): Promise<string[]> {
    return nextInLanes(this.#sql, resources);
  }

  aheadInLanes(resources: readonly string[], limit: number): Promise<LaneWait[]> {
    return aheadInLanes(this.#sql, resources, limit);
  }

  inFlightCount(limit: number): Promise<number> {
    return operations.inFlightCount(this.#sql, limit);
  }

  operationInFlight(requestedBy: string, requestDigest: string): Promise<string | null> {
    return operations.operationInFlight(this.#sql, requestedBy, requestDigest);
  }

  async state<K extends StreamKind>(kind: K, id: string): Promise<StateOf<K> | null> {
    const row = await readRow(this.#sql, kind, id);
    return row?.state ?? null;
  }

  metrics(): Promise<MetricsView> {
    return metrics(this.#sql);
  }
}
