import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RequestRefused } from '../../apps/cli/src/client/heketi-client.js';

interface Plan {
  readonly phases: readonly { readonly name: string; readonly steps: number; readonly commands: readonly string[] }[];
}
interface Step {
  readonly data: { readonly phase: string; readonly commands: readonly { readonly command: string }[] };
}

let system: SimulatedSystem;

beforeAll(async () => {
  system = await startSimulatedSystem();
  await system.loadAll();
});
afterAll(() => system.close());

async function stepsOf(kind: string): Promise<readonly Step[]> {
  const owner = await system.database.connect('owner', 1);
  return await owner.query<Step & object>(
    `select e.data from brickyard.event e join read_model.operation o on o.id = e.stream_id
     where e.stream_kind = 'operation' and e.type = 'StepSucceeded' and o.kind = $1 order by e.global_position`,
    [kind],
  );
}

/** Lines whose words, in their order, come in no command of their own. A step runs some of its commands side by side. */
function missingLines(outline: readonly string[], commands: readonly string[]): readonly string[] {
  const left = [...commands];
  return outline.filter((line) => {
    const pattern = new RegExp(line.split(' ').join('.*'));
    const at = left.findIndex((command) => pattern.test(command));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

it('runs the steps and the commands that the plans name', async () => {
  const { client } = system;
  const lived = async (kind: string, plan: Plan, work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => {
      throw error instanceof RequestRefused ? new Error(`${kind}: ${error.message}`) : error;
    });
    const steps = await stepsOf(kind);
    for (const phase of plan.phases) {
      const own = steps.filter(({ data }) => data.phase === phase.name);
      expect(own.length, `${kind}/${phase.name}`).toBe(phase.steps);
      for (const { data } of own) {
        const commands = data.commands.map(({ command }) => command);
        expect(missingLines(phase.commands, commands), `${kind}/${phase.name} of ${commands.join('\n')}`).toEqual([]);
      }
    }
  };
  const durability = { type: 'replicate', replica: 3 };
  let volume = '';
  const create = await client.post<Plan>('/v1/volumes:plan', { sizeGiB: 5, durability });
  await lived('volume-create', create, async () => {
    const body = { size: 5, durability: { type: 'replicate', replicate: { replica: 3 } } };
    volume = (await client.change('POST', '/volumes', body)) ?? '';
  });
  const expand = await client.post<Plan>(`/v1${volume}:plan-expand`, { addGiB: 5 });
  await lived('volume-expand', expand, () => client.change('POST', `${volume}/expand`, { expand_size: 5 }));
  const remove = await client.post<Plan>(`/v1${volume}:plan-delete`, undefined);
  await lived('volume-delete', remove, () => client.change('DELETE', volume));
});
