import { isDrift } from '#drift';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const replica3 = { type: 'replicate', replicate: { replica: 3 } };

describe('drift', () => {
  let system: SimulatedSystem;

  beforeAll(async () => {
    system = await startSimulatedSystem();
    await system.loadAll();
    await system.client.change('POST', '/volumes', { size: 1, name: 'victim', durability: replica3, gid: 2000 });
  });
  afterAll(() => system.close());

  it('is none on nodes that nobody has touched, but for their own root filesystems', async () => {
    const report = await system.drift();
    expect(report).toMatchObject({ uninspected: [], inspected: 3, unsettled: 0 });
    expect(new Set(report.differences.map(({ what, problem }) => `${problem} ${what}`))).toEqual(
      new Set(['foreign /']),
    );
  });

  it('names a lost fstab line, whose it is and how it comes back', async () => {
    const node = system.simulator.nodes[1]!;
    const before = node.snapshot().fstab;
    node.alter((state) => (state.files['/etc/fstab'] = before.split('\n').slice(0, 1).join('\n') + '\n'));
    const found = (await system.drift()).differences.filter(isDrift);
    expect(found).toMatchObject([
      {
        host: node.manageHost,
        kind: 'fstab-line',
        problem: 'missing',
        owner: { kind: 'volume', name: 'victim', made: { kind: 'volume-create' }, ended: null },
      },
    ]);
    node.alter((state) => (state.files['/etc/fstab'] = before));
  });
});
