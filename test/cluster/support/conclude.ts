import { messageOf } from '#kernel';
import { checkHistory, type HistoryReport } from '../history/check-history.js';
import type { WireRules } from '../history/wire-rules.js';
import { type Inventory, leaks, takeInventory } from './audit.js';
import { Client } from './client.js';
import type { Cluster } from './cluster.js';
import type { Recorder } from './recorder.js';
import { untilIdle } from './until-idle.js';

export interface Conclusion {
  readonly numbers: Omit<HistoryReport, 'violations'>;
  /** What must not be: nothing, if all is well. */
  readonly problems: readonly string[];
}

const PATIENCE_MS = 60_000;

/**
 * When all clients have come to their end: everything is looked at from all sides, then deleted, and looked at again. The
 * cluster is empty afterwards.
 */
export async function conclude(cluster: Cluster, recorder: Recorder, rules: WireRules): Promise<Conclusion> {
  const auditor = new Client(recorder, { name: 'auditor', keyed: false, patienceMs: PATIENCE_MS });
  await untilIdle(cluster.base);
  const inventory = await takeInventory(auditor);
  const left = differencesOnNodes(cluster, inventory);
  const refused = await removeAll(recorder, inventory);
  const empty = await takeInventory(auditor);
  const { violations, ...numbers } = checkHistory(recorder.exchanges, rules);
  return {
    numbers,
    problems: [
      ...violations.map(({ rule, detail }) => `${rule}: ${detail}`),
      ...left,
      ...refused,
      ...(empty.usedKiB === 0 ? [] : [`${empty.usedKiB} KiB are in use with every volume deleted`]),
      ...differencesOnNodes(cluster, { ...empty, bricks: [], volumes: [] }).map((each) => `all deleted: ${each}`),
      ...(await checkDatabase(cluster)),
    ],
  };
}

const differencesOnNodes = (cluster: Cluster, inventory: Inventory): string[] =>
  leaks(inventory, Object.values(cluster.simulator.snapshot()));

/** Deletes all volumes at once; what does not succeed. */
async function removeAll(recorder: Recorder, { volumeIds }: Inventory): Promise<string[]> {
  const removals = volumeIds.map(async (id, i) => {
    const client = new Client(recorder, { name: `broom-${i}`, keyed: false, patienceMs: 2 * PATIENCE_MS });
    const change = await client.remove(id);
    return change.outcome === 'succeeded' ? [] : [`delete ${id}: ${JSON.stringify(change)}`];
  });
  return (await Promise.all(removals)).flat();
}

/** `brickyard db check`, as an operator runs it. */
async function checkDatabase(cluster: Cluster): Promise<string[]> {
  return cluster.run('db', 'check').then(
    () => [],
    (error: unknown) => [messageOf(error)],
  );
}
