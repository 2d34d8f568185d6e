import type { AuditLog, RefusalRecorder } from '#audit';
import type { Config } from '#config';
import type { EventStore } from '#event-store';
import type { Clock, Logger, Sql } from '#kernel';
import type { ReadinessCheck, Telemetry } from '#observability';
import type { AnswerRecords } from '#operations';
import type { Ledger, ObjectHistory, Queries, Snapshots } from '#read-model';
import type { StorageNodes } from '#storage-nodes';

/** The settings that the API reads. */
export type ApiConfig = Pick<
  Config,
  | 'auth'
  | 'adminKey'
  | 'userKey'
  | 'auditorKey'
  | 'jwtIatLeewaySeconds'
  | 'queueHoldMs'
  | 'bodyLimitBytes'
  | 'maxEventStreams'
  | 'maxInflightOperations'
  | 'brickMinGiB'
  | 'brickMaxGiB'
  | 'maxBricksPerVolume'
  | 'maxVolumesPerCluster'
  | 'averageFileSizeKiB'
  | 'zoneChecking'
  | 'preRequestVolumeOptions'
  | 'postRequestVolumeOptions'
>;

/** Everything that one replica of the API is made of; nothing is global, so a process can hold several. */
export interface ApiDependencies {
  readonly config: ApiConfig;
  readonly ledger: Ledger;
  /** For what is asked of the log itself. */
  readonly eventStore: EventStore;
  readonly database: Sql;
  readonly queries: Queries;
  /** Clusters, nodes, devices and volumes as they are and as they were, for /v1. */
  readonly objects: ObjectHistory;
  /** The same questions, several of them as of one moment. */
  readonly snapshots: Snapshots;
  /** What clients were answered under their keys. */
  readonly answerRecords: Pick<AnswerRecords, 'find'>;
  /** For the one question that is asked before a node is accepted. */
  readonly storageNodes: Pick<StorageNodes, 'glusterdRunning'>;
  /**
   * Hints that an operation waits to be carried out. It may fail: the reconciler finds the operation in the log.
   * `attempt`: the time in ms, of one that may have been hinted at before.
   */
  readonly kick: (operationId: string, attempt?: number) => Promise<void>;
  readonly audit: AuditLog;
  /** Takes requests that were refused, for the log; neither waits nor fails. Whoever made it closes it after the API. */
  readonly refusals: Pick<RefusalRecorder, 'record'>;
  /** Calls the listener whenever something was appended to the log; returns how to stop that. */
  readonly onAppend: (listener: () => void) => () => void;
  readonly readiness: readonly ReadinessCheck[];
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  readonly clock: Clock;
}
