import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, beforeAll, expect, it } from 'vitest';

const marker = '/var/lib/brickyard-node/installation';
const theirs = '0c5e55f4-0000-4000-8000-000000000002';

let system: SimulatedSystem;
let cluster: string;

beforeAll(async () => {
  system = await startSimulatedSystem({ simulator: { count: 1 } });
  cluster = (await system.client.post<{ id: string }>('/clusters', { file: true, block: true })).id;
});
afterAll(() => system.close());

it('a node of another installation is refused before anything has changed on it, until that is said to be gone', async () => {
  const node = system.simulator.nodes[0]!;
  node.alter(({ files }) => (files[marker] = `${theirs}\nn1\n`));
  const before = system.holdings();
  const hostnames = { manage: [node.manageHost], storage: [node.storageHost] };
  const add = () => system.client.change('POST', '/nodes', { cluster, zone: 1, hostnames });

  const refusal = await add().then(String, String);
  for (const part of [node.manageHost, marker, theirs, system.installationId, 'remove this file']) {
    expect(refusal).toContain(part);
  }
  expect(node.commands.filter(({ fence }) => fence?.kind === 'run' && fence.passed)).toEqual([]);
  expect(system.holdings()).toEqual(before);
  expect(node.fence).toMatchObject({ owner: { installation: theirs }, epochs: {} });

  node.alter(({ files }) => Reflect.deleteProperty(files, marker));
  const location = await add();
  expect(node.fence.owner?.installation).toBe(system.installationId);
  await system.client.change('DELETE', location!);
  expect(node.fence.owner).toBeNull();
});
