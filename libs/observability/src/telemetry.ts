import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import {
  type NodeSample,
  type SealSample,
  watchNodes,
  watchSeals,
  watchWorker,
  type WorkerSample,
} from './watched-gauges.js';

/** From a cache hit to a poll that was held open. */
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The metrics of one process. Names and labels are an interface: docs/reference/metrics.md. */
export interface Telemetry {
  readonly registry: Registry;
  /** One HTTP request that was answered. `route` is the pattern, never the path: ids would make a series each. */
  httpRequest(
    labels: { readonly method: string; readonly route: string; readonly status: number },
    seconds: number,
  ): void;
  /**
   * One command: `accepted`, answered as `replayed` because its client repeats it, `refused` by a rule, or `failed` for any other
   * reason.
   */
  command(name: string, outcome: 'accepted' | 'replayed' | 'refused' | 'failed'): void;
  /** One ledger transaction, from its first statement to its commit or rollback. */
  ledgerTransaction(outcome: 'committed' | 'refused' | 'failed', seconds: number): void;
  /** A worker's runs of operations; an operation may take several. */
  readonly runs: {
    begun(): void;
    ended(outcome: string): void;
  };
  /** What this process seals of the log. */
  readonly seals: {
    sealed(events: number): void;
    failed(): void;
  };
  /** Refused requests: recorded each, only counted because there were too many, or dropped while the database was away. */
  refusals(outcome: 'recorded' | 'counted' | 'dropped', count: number): void;
  /** Streams of events to clients. */
  readonly eventStreams: {
    opened(): void;
    closed(): void;
    /** There were too many. */
    refused(): void;
  };
  /** Whether the database is that of our installation. */
  installation(ours: boolean): void;
  /** How the nodes answer this process, asked at every scrape. */
  watchNodes(conditions: () => readonly NodeSample[]): void;
  /** What becomes of operations whose nodes do not answer, asked at every scrape. */
  watchWorker(counts: () => WorkerSample): void;
  /** How far the seals are behind the log, asked at every scrape. null: the database does not say, and there is no sample. */
  watchSeals(lag: () => Promise<SealSample | null>): void;
}

/** Series of its own, nothing global: several servers can live in one process. */
export function createTelemetry(build: { readonly version: string }): Telemetry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const buildInfo = new Gauge({
    name: 'brickyard_build_info',
    help: 'Always 1; says what runs.',
    labelNames: ['version', 'node_version'],
    registers,
  });
  buildInfo.set({ version: build.version, node_version: process.version }, 1);
  const requests = new Histogram({
    name: 'brickyard_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_SECONDS,
    registers,
  });
  const commands = new Counter({
    name: 'brickyard_commands_total',
    help: 'Commands by name and outcome.',
    labelNames: ['command', 'outcome'],
    registers,
  });
  const transactions = new Histogram({
    name: 'brickyard_ledger_transaction_duration_seconds',
    help: 'Time of one change of state: events and read model, retries included.',
    labelNames: ['outcome'],
    buckets: REQUEST_SECONDS,
    registers,
  });
  const refusals = new Counter({
    name: 'brickyard_refused_requests_total',
    help: 'Requests that were refused, by what is in the log of them.',
    labelNames: ['outcome'],
    registers,
  });
  const installation = new Gauge({
    name: 'brickyard_installation_ours',
    help: 'Whether the database is the one that queue, nodes and settings take it for; 0: nothing is served.',
    registers,
  });
  const runsNow = new Gauge({
    name: 'brickyard_operation_runs',
    help: 'Operations that this process carries out now.',
    registers,
  });
  const runsEnded = new Counter({
    name: 'brickyard_operation_runs_total',
    help: 'Runs of operations that have ended, by how.',
    labelNames: ['outcome'],
    registers,
  });
  const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
  const seals = counter('brickyard_seals_total', 'Seals that this process has made.');
  const sealedEvents = counter('brickyard_sealed_events_total', 'Events in these seals.');
  const sealFailures = counter('brickyard_seal_failures_total', 'Times that this process could not seal the log.');
  const streamsNow = new Gauge({
    name: 'brickyard_event_streams',
    help: 'Streams of events that are open now.',
    registers,
  });
  const streamsRefused = counter(
    'brickyard_event_streams_refused_total',
    'Streams of events that were refused because too many were open.',
  );
  return {
    registry,
    httpRequest: ({ method, route, status }, seconds) => requests.observe({ method, route, status }, seconds),
    command: (command, outcome) => commands.inc({ command, outcome }),
    ledgerTransaction: (outcome, seconds) => transactions.observe({ outcome }, seconds),
    runs: {
      begun: () => runsNow.inc(),
      ended: (outcome) => {
        runsNow.dec();
        runsEnded.inc({ outcome });
      },
    },
    seals: {
      sealed: (events) => {
        seals.inc();
        sealedEvents.inc(events);
      },
      failed: () => sealFailures.inc(),
    },
    refusals: (outcome, count) => refusals.inc({ outcome }, count),
    eventStreams: {
      opened: () => streamsNow.inc(),
      closed: () => streamsNow.dec(),
      refused: () => streamsRefused.inc(),
    },
    installation: (ours) => installation.set(ours ? 1 : 0),
    watchNodes: (conditions) => watchNodes(registry, conditions),
    watchWorker: (counts) => watchWorker(registry, counts),
    watchSeals: (lag) => watchSeals(registry, lag),
  };
}
