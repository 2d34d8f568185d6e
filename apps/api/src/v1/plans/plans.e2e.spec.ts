import { type Database, newId } from '#kernel';
import fc from 'fast-check';
import { ask, type HttpQuestion, testKeys } from '#test/http-client';
import { buildTopology, idOf, settled, type Topology } from '#test/rest-steps';
import { startSystem, type TestSystem } from '#test/system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { removalPlan, volumePlan } from './plan.schemas.js';

const durability = { type: 'replicate', replicate: { replica: 3 } };
const wanted = { sizeGiB: 10, durability: { type: 'replicate', replica: 3 } };

let system: TestSystem;
let topology: Topology;
let owner: Database;

beforeAll(async () => {
  system = await startSystem({ config: { auditorKey: testKeys.auditor } });
  owner = await system.database.connect('owner', 1);
  topology = await buildTopology(system.base, 3);
});
afterAll(() => system.close());

async function planned<Schema extends z.ZodType>(
  schema: Schema,
  path: string,
  question: HttpQuestion = {},
): Promise<z.output<Schema>> {
  const before = await eventCount();
  const answer = await ask(system.base, 'POST', `/v1/${path}`, question);
  expect({ status: answer.status, body: answer.status === 200 ? '' : answer.body }).toEqual({ status: 200, body: '' });
  expect(await eventCount()).toBe(before);
  return schema.parse(JSON.parse(answer.body));
}

/** Without those about refused requests, which are recorded behind the answer: one of an earlier test may still come. */
async function eventCount(): Promise<number> {
  const [row] = await owner.query<{ count: string }>(
    "select count(*) from brickyard.event where stream_kind <> 'request'",
  );
  return Number(row?.count);
}

async function freeKiB(deviceId: string): Promise<number> {
  const { body } = await ask(system.base, 'GET', `/devices/${deviceId}`);
  return (JSON.parse(body) as { storage: { free: number } }).storage.free;
}

const freeAfter = (plan: z.output<typeof volumePlan>): Record<string, number> =>
  plan.feasible ? Object.fromEntries((plan.devices ?? []).map((one) => [one.deviceId, one.freeAfterKiB])) : {};

async function freeNow(): Promise<Record<string, number>> {
  return Object.fromEntries(await Promise.all(topology.devices.map(async (id) => [id, await freeKiB(id)] as const)));
}

describe('the life of a volume, planned step by step and then lived', () => {
  let volumeId = '';

  it('begins where the plan says', async () => {
    const plan = await planned(volumePlan, 'volumes:plan', { body: wanted });
    expect(plan).toMatchObject({
      feasible: true,
      kind: 'volume-create',
      clusterId: topology.cluster,
      sizeGiB: 10,
      lanes: [],
      phases: [
        { name: 'bricks', steps: 3, step: 'brick *', pointOfNoReturn: false },
        { name: 'volume', steps: 1 },
        { name: 'start', steps: 1, commands: ['gluster volume start'] },
      ],
    });
    if (!plan.feasible) return;
    expect(
      plan.brickSets
        .flat()
        .map(({ nodeId }) => nodeId)
        .sort(),
    ).toEqual([...topology.nodes].sort());
    expect(plan.brickSets.flat()[0]).toMatchObject({ role: 'data', sizeKiB: 10_485_760, poolMetadataKiB: 53_248 });
    volumeId = idOf(await settled(system.base, 'POST', '/volumes', { body: { size: 10, durability } }));
    expect(await freeNow()).toEqual(freeAfter(plan));
  });

  it('grows as the plan says', async () => {
    const plan = await planned(volumePlan, `volumes/${volumeId}:plan-expand`, { body: { addGiB: 5 } });
    expect(plan).toMatchObject({ feasible: true, kind: 'volume-expand', sizeGiB: 15 });
    await settled(system.base, 'POST', `/volumes/${volumeId}/expand`, { body: { expand_size: 5 } });
    expect(await freeNow()).toEqual(freeAfter(plan));
  });

  it('is in the way of a removal, which names it', async () => {
    const [deviceId = ''] = topology.devices;
    const plan = await planned(removalPlan, `devices/${deviceId}:plan-remove`);
    expect(plan).toMatchObject({
      feasible: false,
      kind: 'device-delete',
      phases: [],
      volumes: { count: 1, ids: [volumeId] },
      requests: [
        { method: 'POST', path: `/devices/${deviceId}/state`, body: { state: 'offline' }, accepted: true },
        {
          body: { state: 'failed' },
          accepted: false,
          refusal: { reasons: [{ rule: 'no-bricks' }, { rule: 'remedy' }] },
        },
      ],
    });
    const node = await planned(removalPlan, `nodes/${topology.nodes[0] ?? ''}:plan-remove`);
    expect(node.feasible).toBe(false);
    expect(node.requests.at(-1)).toMatchObject({ method: 'DELETE', accepted: false });
  });

  it('ends as the plan says', async () => {
    const plan = await planned(volumePlan, `volumes/${volumeId}:plan-delete`);
    expect(plan).toMatchObject({ feasible: true, kind: 'volume-delete', sizeGiB: 0 });
    expect(plan.feasible && plan.phases.map(({ name, pointOfNoReturn }) => [name, pointOfNoReturn])).toEqual([
      ['stop', false],
      ['delete', true],
      ['bricks', true],
    ]);
    await settled(system.base, 'DELETE', `/volumes/${volumeId}`);
    expect(await freeNow()).toEqual(freeAfter(plan));
  });
});

describe('what would be refused', () => {
  it('is told as the request itself would be, with what would help, and that helps', async () => {
    const body = { ...wanted, sizeGiB: 100_000 };
    const plan = await planned(volumePlan, 'volumes:plan', { body });
    if (plan.feasible) throw new Error('there is no such disk');
    const refused = await ask(system.base, 'POST', '/volumes', { body: { size: 100_000, durability } });
    expect(refused).toMatchObject({ status: 500, body: `${plan.problem.detail}\n` });
    const remedies = plan.problem.reasons?.[0]?.because?.filter(({ rule }) => rule === 'remedy') ?? [];
    const sizeGiB = Number(remedies.find(({ values }) => values?.['kind'] === 'size')?.values?.['sizeGiB']);
    expect(sizeGiB).toBeGreaterThan(0);
    expect(await planned(volumePlan, 'volumes:plan', { body: { ...body, sizeGiB } })).toMatchObject({ feasible: true });
    const more = { ...body, sizeGiB: sizeGiB + 1 };
    expect(await planned(volumePlan, 'volumes:plan', { body: more })).toMatchObject({ feasible: false });
  });

  it('is no plan where the request makes no sense', async () => {
    const to = async (path: string, body: unknown): Promise<number> =>
      (await ask(system.base, 'POST', `/v1/${path}`, { body })).status;
    expect(await to('volumes:plan', { ...wanted, size: 10 })).toBe(400);
    expect(await to('volumes:plan', { ...wanted, clusterIds: [newId()] })).toBe(400);
    expect(await to(`volumes/${newId()}:plan-expand`, { addGiB: 1 })).toBe(404);
    expect(await to(`devices/${newId()}:plan-remove`, undefined)).toBe(404);
  });
});

describe('who may plan', () => {
  it('is the user too, who is not told how full devices are', async () => {
    const plan = await planned(volumePlan, 'volumes:plan', { as: 'user', body: wanted });
    expect(plan).toMatchObject({ feasible: true });
    expect(plan).not.toHaveProperty('devices');
    const tooLarge = { as: 'user', body: { ...wanted, sizeGiB: 100_000 } } as const;
    const told = JSON.stringify(await planned(volumePlan, 'volumes:plan', tooLarge));
    for (const id of [...topology.devices, ...topology.nodes]) expect(told).not.toContain(id);
    expect(told).toContain('"kind":"size"');
    const removal = await ask(system.base, 'POST', `/v1/nodes/${newId()}:plan-remove`, { as: 'user' });
    expect(removal.status).toBe(403);
  });

  it('is the auditor, since nothing is changed', async () => {
    expect(await planned(volumePlan, 'volumes:plan', { as: 'auditor', body: wanted })).toMatchObject({
      feasible: true,
    });
    const [nodeId = ''] = topology.nodes;
    expect(await planned(removalPlan, `nodes/${nodeId}:plan-remove`, { as: 'auditor' })).toMatchObject({
      feasible: true,
      phases: [{ name: 'detach' }, { name: 'forget', commands: ['fence forget'] }],
    });
  });
});

it('a removal is done by the requests of its plan', async () => {
  const [deviceId = ''] = topology.devices;
  const { feasible, requests } = await planned(removalPlan, `devices/${deviceId}:plan-remove`);
  expect([feasible, requests.length]).toEqual([true, 3]);
  for (const { method, path, body } of requests) {
    expect((await settled(system.base, method, path, body === undefined ? {} : { body })).status).toBe(204);
  }
});

const wishes = fc.record(
  {
    sizeGiB: fc.integer({ min: 1, max: 300 }),
    name: fc.constantFrom('one', 'two'),
    durability: fc.constantFrom(
      { type: 'none' } as const,
      { type: 'replicate', replica: 2 } as const,
      { type: 'replicate', replica: 3 } as const,
      { type: 'disperse', data: 2, redundancy: 1 } as const,
      { type: 'disperse', data: 4, redundancy: 2 } as const,
    ),
    snapshot: fc.record({ enable: fc.boolean(), factor: fc.constantFrom(1, 1.3, 50) }),
    block: fc.boolean(),
    glusterVolumeOptions: fc.constantFrom(
      [],
      ['user.heketi.zone-checking strict'],
      ['user.heketi.arbiter true'],
      ['user.heketi.device-tag-match tier=ssd'],
    ),
  },
  { requiredKeys: ['sizeGiB', 'durability'] },
);

it('says yes exactly when the request is accepted, and no in its words', async () => {
  // What the removal has left, and another cluster: refusals of two.
  await buildTopology(system.base, 4, 'm');
  const outcomes = { accepted: 0, refused: 0, senseless: 0 };
  await fc.assert(
    fc.asyncProperty(wishes, async (body) => {
      const plan = await ask(system.base, 'POST', '/v1/volumes:plan', { body });
      const { sizeGiB: size, glusterVolumeOptions: glustervolumeoptions, durability: wish, ...same } = body;
      const { type, ...numbers } = wish;
      const asSent = { type, ...(type === 'replicate' ? { replicate: numbers } : { disperse: numbers }) };
      const heketis = { ...same, size, durability: asSent, glustervolumeoptions };
      const done = await settled(system.base, 'POST', '/volumes', { body: heketis });
      if (plan.status === 400) {
        outcomes.senseless += 1;
        expect(done.status).toBe(400);
        expect(done.body).toContain((JSON.parse(plan.body) as { detail: string }).detail);
        return;
      }
      const told = volumePlan.parse(JSON.parse(plan.body));
      outcomes[told.feasible ? 'accepted' : 'refused'] += 1;
      expect({ body, refusal: done.status < 400 ? null : done.body }).toEqual({
        body,
        refusal: told.feasible ? null : `${told.problem.detail}\n`,
      });
    }),
    { numRuns: 30, endOnFailure: true },
  );
  expect(Math.min(outcomes.accepted, outcomes.refused)).toBeGreaterThan(0);
});
