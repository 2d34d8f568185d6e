import { messageOf } from '#kernel';
import { checkHistory } from '../history/check-history.js';
import type { WireRules } from '../history/wire-rules.js';
import { leaks, takeInventory } from './audit.js';
import { Client } from './client.js';
import type { Cluster } from './cluster.js';
import { type Random, seeded } from './random.js';
import { Recorder } from './recorder.js';
import { Pool, Tally, Workload, type WorkloadCounts } from './workload.js';

export interface HistoryRun {
  readonly clients: number;
  readonly seconds: number;
  readonly seed: number;
  readonly rules: WireRules;
  /** What happens to the system meanwhile. When it resolves everything runs again, and the clients come to their end. */
  disturb(random: Random, timeUp: AbortSignal): Promise<void>;
}

export interface HistoryResult {
  /** What was done and checked. */
  readonly numbers: WorkloadCounts & {
    readonly exchanges: number;
    readonly histories: number;
    readonly operations: number;
    readonly unknown: number;
  };
  /** What was accepted and failed in the end, with the reasons: allowed, where nodes are not well. */
  readonly failed: readonly string[];
  /** What must not be: nothing, if all is well. */
  readonly problems: readonly string[];
}

const PATIENCE_MS = 180_000;
/** Topology walks read all of them. */
const POOL = 30;

/** Clients at work while the system is disturbed; then everything comes to its end, and is looked at from all sides. */
export async function runHistory(cluster: Cluster, run: HistoryRun): Promise<HistoryResult> {
  const recorder = new Recorder(cluster.base);
  const newClient = (name: string, keyed: boolean): Client =>
    new Client(recorder, { name, keyed, patienceMs: PATIENCE_MS });
  const auditor = newClient('auditor', false);
  const pool = new Pool(await clusterIds(auditor), POOL);
  const tally = new Tally();
  const stop = new AbortController();
  const workloads = Array.from({ length: run.clients }, (_, i) => {
    const random = seeded(run.seed * 1000 + i + 1);
    return new Workload(newClient(`client-${i}`, i % 2 === 0), i.toString(), pool, tally, random);
  });
  const done = await Promise.allSettled([
    run.disturb(seeded(run.seed), AbortSignal.timeout(run.seconds * 1000)).finally(() => stop.abort()),
    ...workloads.map((workload) => workload.run(stop.signal)),
  ]);
  const inventory = await takeInventory(auditor);
  const left = leaks(inventory, Object.values(cluster.simulator.snapshot()));
  const { violations, ...checked } = checkHistory(recorder.exchanges, run.rules);
  const problems = [
    ...done.flatMap((each) => (each.status === 'rejected' ? [`broken off: ${messageOf(each.reason)}`] : [])),
    ...violations.map(({ rule, detail }) => `${rule}: ${detail}`),
    ...left,
    ...(await checkDatabase(cluster)),
  ];
  return { numbers: { ...tally.counts, ...checked }, failed: tally.failed, problems };
}

async function clusterIds(client: Client): Promise<string[]> {
  const { json } = await client.read('/clusters');
  return (json as { clusters: string[] }).clusters;
}

/** `brickyard db check`, as an operator runs it. */
async function checkDatabase(cluster: Cluster): Promise<string[]> {
  return cluster.run('db', 'check').then(
    () => [],
    (error: unknown) => [messageOf(error)],
  );
}
