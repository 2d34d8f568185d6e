import { messageOf } from '#kernel';
import { checkHistory, type HistoryReport } from '../history/check-history.js';
import type { WireRules } from '../history/wire-rules.js';
import { leaks, takeInventory } from './audit.js';
import { Client } from './client.js';
import type { Cluster } from './cluster.js';
import type { Recorder } from './recorder.js';

export interface Conclusion {
  readonly numbers: Omit<HistoryReport, 'violations'>;
  /** What must not be: nothing, if all is well. */
  readonly problems: readonly string[];
}

const PATIENCE_MS = 60_000;

/** When all clients have come to their end: everything is looked at once more, and from all sides. */
export async function conclude(cluster: Cluster, recorder: Recorder, rules: WireRules): Promise<Conclusion> {
  const auditor = new Client(recorder, { name: 'auditor', keyed: false, patienceMs: PATIENCE_MS });
  const inventory = await takeInventory(auditor);
  const left = leaks(inventory, Object.values(cluster.simulator.snapshot()));
  const { violations, ...numbers } = checkHistory(recorder.exchanges, rules);
  const broken = violations.map(({ rule, detail }) => `${rule}: ${detail}`);
  return { numbers, problems: [...broken, ...left, ...(await checkDatabase(cluster))] };
}

/** `brickyard db check`, as an operator runs it. */
async function checkDatabase(cluster: Cluster): Promise<string[]> {
  return cluster.run('db', 'check').then(
    () => [],
    (error: unknown) => [messageOf(error)],
  );
}
