import type { ClusterSettings, Cluster } from './cluster.js';
import { startCluster } from './cluster.js';
import { seed } from './settings.js';

/** Times with which a test need not wait long for what an operator waits half a minute for. */
const impatient = { BRICKYARD_LEASE_TTL_MS: '3000', BRICKYARD_RECONCILE_INTERVAL_MS: '500' };

export interface ScenarioSettings extends ClusterSettings {
  /** With the times that the product has unless somebody sets others. */
  readonly asShipped?: boolean;
}

/** A cluster for one scenario. Where that fails, its seed and the warnings of every process are told. */
export async function withCluster(
  settings: ScenarioSettings,
  work: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const times = settings.asShipped === true ? {} : impatient;
  const cluster = await startCluster({ ...settings, env: { ...times, ...settings.env } });
  try {
    await work(cluster);
  } catch (error) {
    process.stderr.write(`BRICKYARD_HISTORY_SEED=${seed}\n${await cluster.warnings()}\n`);
    throw error;
  } finally {
    await cluster.close();
  }
}

/** One line of numbers for those who watch. */
export function tell(scenario: string, facts: Readonly<Record<string, number | string>>): void {
  const text = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`${scenario} (seed ${seed}): ${text.join(', ')}\n`);
}
