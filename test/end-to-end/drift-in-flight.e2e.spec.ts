import { isDrift } from '#drift';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const replica3 = { type: 'replicate', replicate: { replica: 3 } };

/** Whatever an operation is at, nobody is told of drift. */
describe('drift beside running operations', () => {
  let system: SimulatedSystem;
  let volume = '';

  beforeAll(async () => {
    system = await startSimulatedSystem({ worker: { maxFailedRuns: 3, stepTries: 1 } });
    await system.loadAll();
    volume = (await system.client.change('POST', '/volumes', { size: 1, durability: replica3 })) ?? '';
  });
  afterAll(() => system.close());

  const cases = [
    ['a create makes its bricks', /mkfs\.xfs/, () => system.client.change('POST', '/volumes', body('a'))],
    ['a create starts its volume', /volume start/, () => system.client.change('POST', '/volumes', body('b'))],
    ['an expansion makes its bricks', / mount -o/, () => system.client.change('POST', `${volume}/expand`, more)],
    ['an expansion adds them', /add-brick/, () => system.client.change('POST', `${volume}/expand`, more)],
    ['a delete has stopped the volume', /volume delete/, () => system.client.change('DELETE', volume)],
    ['a delete removes its bricks', /lvremove/, () => remove()],
  ] as const;
  const more = { expand_size: 1 };
  const body = (name: string) => ({ size: 1, name, durability: replica3 });
  async function remove(): Promise<void> {
    const { volumes } = await system.client.get<{ volumes: string[] }>('/volumes');
    await system.client.change('DELETE', `/volumes/${volumes[0]!}`);
  }

  it.each(cases)('is none while %s', async (_what, command, act) => {
    const hangs = system.simulator.nodes.map((node) => node.faults.add({ match: command, action: { kind: 'hang' } }));
    const done = act();
    await Promise.race(hangs.map((hang) => hang.firstHit));
    const { differences, uninspected } = await system.drift();
    expect(uninspected).toEqual([]);
    expect(differences.filter(isDrift)).toEqual([]);
    expect(differences.filter(({ problem }) => problem === 'in-flight')).not.toEqual([]);
    for (const node of system.simulator.nodes) node.faults.clear();
    await done;
    expect((await system.drift()).differences.filter(({ problem }) => problem !== 'foreign')).toEqual([]);
  });

  it('is none while volumes come and go, however often it is looked for', async () => {
    const churn = async (name: string): Promise<void> => {
      for (let round = 0; round < 3; round += 1) {
        const location = await system.client.change('POST', '/volumes', body(`${name}${round}`));
        await system.client.change('DELETE', location ?? '');
      }
    };
    const state = { over: false, looks: 0 };
    const busy = Promise.all(['x', 'y', 'z'].map(churn)).finally(() => (state.over = true));
    for (; !state.over; state.looks += 1) {
      const { differences, uninspected } = await system.drift();
      expect([...uninspected, ...differences.filter(isDrift)]).toEqual([]);
    }
    await busy;
    expect(state.looks).toBeGreaterThan(1);
  });

  it('is none where a cleanup owes what a delete could not remove', async () => {
    const location = (await system.client.change('POST', '/volumes', body('owed'))) ?? '';
    const node = system.simulator.nodes[2]!;
    const words = 'umount: target is busy.\n';
    node.faults.add({ match: / umount /, times: Infinity, action: { kind: 'fail', exitCode: 32, stderr: words } });
    await system.client.change('DELETE', location);
    const { differences } = await system.drift();
    const owed = differences.filter(({ problem }) => problem !== 'foreign');
    expect(
      owed.map(({ host, problem, kind, owner }) => `${host} ${problem} ${kind} ${owner?.name ?? ''}`).sort(),
    ).toEqual(
      ['folder', 'fstab-line', 'logical-volume', 'mount', 'thin-pool'].map(
        (kind) => `${node.manageHost} owed ${kind} owed`,
      ),
    );
    node.faults.clear();
    await expect
      .poll(async () => (await system.drift()).differences.filter(({ problem }) => problem === 'owed'), {
        timeout: 30_000,
      })
      .toEqual([]);
  });

  it('is not known of a node that is away, nor of a glusterd that is', async () => {
    const [first, second] = system.simulator.nodes;
    await first!.setDown(true);
    second!.setGlusterdRunning(false);
    const report = await system.drift();
    expect(report.uninspected).toMatchObject([
      { host: first!.manageHost, reason: expect.stringContaining('cannot reach node') as string },
      { host: second!.manageHost, reason: expect.stringContaining('glusterd does not answer') as string },
    ]);
    expect(report.differences.filter(isDrift)).toEqual([]);
    await first!.setDown(false);
    second!.setGlusterdRunning(true);
  });
});
