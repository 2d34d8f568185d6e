import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '#kernel';
import type { WireRules } from '../history/wire-rules.js';
import { Client, OutOfPatience } from './client.js';
import { conclude, type Conclusion } from './conclude.js';
import type { Cluster } from './cluster.js';
import { type Random, seeded } from './random.js';
import { Recorder } from './recorder.js';
import { Pool, Tally, Workload, type WorkloadCounts } from './workload.js';

/** What a disturbance goes by. */
export interface Moment {
  readonly random: Random;
  readonly timeUp: AbortSignal;
  /** Resolves when the clients have got so many more changes accepted: a machine may be slow. */
  accepted(more: number): Promise<void>;
}

export interface HistoryRun {
  readonly clients: number;
  readonly seconds: number;
  readonly seed: number;
  readonly rules: WireRules;
  /** What happens to the system meanwhile. When it resolves everything runs again, and the clients come to their end. */
  disturb(moment: Moment): Promise<void>;
}

export interface HistoryResult {
  /** What was done and checked. */
  readonly numbers: { readonly loadSeconds: number } & WorkloadCounts & Conclusion['numbers'];
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
  const begunAt = performance.now();
  const done = await Promise.allSettled([
    run.disturb(moment(run, recorder)).finally(() => stop.abort()),
    ...workloads.map((workload) => workload.run(stop.signal)),
  ]);
  const loadSeconds = Math.round((performance.now() - begunAt) / 1000);
  const { numbers, problems } = await conclude(cluster, recorder, run.rules);
  const brokenOff = done.flatMap((each) =>
    each.status === 'rejected' ? [`broken off: ${messageOf(each.reason)}`] : [],
  );
  return {
    numbers: { loadSeconds, ...tally.counts, ...numbers },
    failed: tally.failed,
    problems: [...brokenOff, ...problems],
  };
}

function moment({ seed, seconds }: HistoryRun, recorder: Recorder): Moment {
  return {
    random: seeded(seed),
    timeUp: AbortSignal.timeout(seconds * 1000),
    accepted: async (more) => {
      const wanted = recorder.accepted + more;
      const deadline = performance.now() + PATIENCE_MS;
      while (recorder.accepted < wanted) {
        if (performance.now() > deadline) throw new OutOfPatience(`${more} changes were not accepted in time`);
        await delay(50);
      }
    },
  };
}

async function clusterIds(client: Client): Promise<string[]> {
  const { json } = await client.read('/clusters');
  return (json as { clusters: string[] }).clusters;
}
