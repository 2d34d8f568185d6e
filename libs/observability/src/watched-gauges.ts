import { Counter, Gauge, type Registry } from 'prom-client';

const SUSPICIONS = ['unreachable', 'silent'] as const;
const CIRCUITS = ['closed', 'half-open', 'open'] as const;

/** How one node answers. */
export interface NodeSample {
  readonly nodeId: string;
  /** Its manage hostname. */
  readonly host: string;
  /** null: it answers. */
  readonly suspicion: (typeof SUSPICIONS)[number] | null;
  readonly circuit: (typeof CIRCUITS)[number];
}

/** Operations whose nodes do not answer. */
export interface WorkerSample {
  /** Times that one had to stay outside. */
  readonly putBack: number;
  /** Those that wait outside. */
  readonly outside: number;
  /** Those that go on without a place. */
  readonly withoutPlace: number;
}

/** How far the seals are behind the log. */
export interface SealSample {
  /** null: there is no seal. */
  readonly newestSealSeconds: number | null;
  readonly unsealedEvents: number;
  readonly oldestUnsealedSeconds: number;
}

/** A series for each node and each way it can be: nodes that are gone leave none behind. */
export function watchNodes(registry: Registry, conditions: () => readonly NodeSample[]): void {
  new Gauge({
    name: 'brickyard_node_suspect',
    help: '1 where the node could not be connected to (unreachable) or does not answer (silent), as this process sees it.',
    labelNames: ['hostname', 'node', 'reason'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { nodeId: node, host: hostname, suspicion } of conditions()) {
        for (const reason of SUSPICIONS) this.set({ hostname, node, reason }, reason === suspicion ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: 'brickyard_node_circuit',
    help: '1 for the state of the circuit to the node: open, it is left alone for a while; half-open, it is being tried.',
    labelNames: ['hostname', 'node', 'state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { nodeId: node, host: hostname, circuit } of conditions()) {
        for (const state of CIRCUITS) this.set({ hostname, node, state }, state === circuit ? 1 : 0);
      }
    },
  });
}

export function watchWorker(registry: Registry, counts: () => WorkerSample): void {
  new Counter({
    name: 'brickyard_operations_put_back_total',
    help: 'Times that an operation had to wait because its nodes do not answer and too many others need such.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(counts().putBack);
    },
  });
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  };
  gauge('brickyard_operations_outside', 'Operations that wait for that reason.', () => counts().outside);
  gauge(
    'brickyard_operations_without_place',
    'Operations that go on without a place of the worker, as their nodes fell silent.',
    () => counts().withoutPlace,
  );
}

export function watchSeals(registry: Registry, lag: () => Promise<SealSample | null>): void {
  // All gauges of a scrape share one answer.
  let asked: Promise<SealSample | null> | null = null;
  const ask = (): Promise<SealSample | null> =>
    (asked ??= lag().finally(() => {
      asked = null;
    }));
  const gauge = (name: string, help: string, value: (sample: SealSample) => number | null): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const sample = await ask();
        const now = sample === null ? null : value(sample);
        this.remove();
        if (now !== null) this.set(now);
      },
    });
  };
  gauge('brickyard_seal_age_seconds', 'Time since the newest seal.', ({ newestSealSeconds }) => newestSealSeconds);
  gauge('brickyard_unsealed_events', 'Events that are not sealed yet, up to 100000.', (now) => now.unsealedEvents);
  gauge(
    'brickyard_unsealed_age_seconds',
    'For how long the oldest event that is not sealed has been in the log; 0: all are sealed.',
    ({ oldestUnsealedSeconds }) => oldestUnsealedSeconds,
  );
}
