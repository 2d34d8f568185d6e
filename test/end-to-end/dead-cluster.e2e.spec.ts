import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** More than the worker has places. */
const STUCK = 60;
const HEALTHY = 6;

type Node = SimulatedSystem['simulator']['nodes'][number];

let system: SimulatedSystem;
let dead: { readonly id: string; readonly nodes: readonly Node[] };
let well: typeof dead;

beforeAll(async () => {
  const simulator = { count: 6, deviceSizeGiB: 200 };
  system = await startSimulatedSystem({ simulator, ssh: { suspectAfterMs: 1000 } });
  const load = async (nodes: readonly Node[]): Promise<typeof dead> => {
    const { clusters: before } = await system.client.get<{ clusters: string[] }>('/clusters');
    await system.loadAll(nodes);
    const { clusters } = await system.client.get<{ clusters: string[] }>('/clusters');
    return { id: clusters.find((id) => !before.includes(id)) ?? '', nodes };
  };
  dead = await load(system.simulator.nodes.slice(0, 3));
  well = await load(system.simulator.nodes.slice(3));
});
afterAll(() => system.close());

/** Asks for volumes of a cluster, all at once; the paths of those that were made. */
async function create({ id }: typeof dead, count: number): Promise<string[]> {
  const body = { size: 1, clusters: [id], durability: { type: 'none' } };
  const one = (): Promise<string | null> => system.client.change('POST', '/volumes', body);
  const made = await Promise.all(Array.from({ length: count }, one));
  return made.filter((path) => path !== null);
}

async function creates(status: string): Promise<number> {
  const rows = await system.database.db.query<{ count: number }>(
    `select count(*)::integer as count from read_model.operation
     where cluster_id = $1 and kind = 'volume-create' and ${status}`,
    [dead.id],
  );
  return rows[0]?.count ?? 0;
}

/** The nodes take commands and answer none; returns what ends that. */
function strike(nodes: readonly Node[]): () => void {
  const hang = { match: () => true, times: Infinity, action: { kind: 'hang' } } as const;
  const rules = nodes.map((node) => node.faults.add(hang));
  return () => rules.forEach((rule) => rule.release());
}

it('a cluster whose nodes do not answer leaves the workers to the others, and goes on when they are back', async () => {
  const heal = strike(dead.nodes);
  const stuck = create(dead, STUCK);
  await expect.poll(() => creates('true'), { timeout: 60_000 }).toBe(STUCK);
  expect(await create(well, HEALTHY)).toHaveLength(HEALTHY);
  expect(await creates("status in ('succeeded', 'failed')")).toBe(0);
  heal();
  expect(await stuck).toHaveLength(STUCK);
  expect((await system.check()).differences).toEqual([]);
}, 300_000);
