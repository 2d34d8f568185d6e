import http from 'node:http';
import fc from 'fast-check';
import { CommitOutcomeUnknown, PostgresEventStore } from '#event-store';
import { newId } from '#kernel';
import { PostgresLedger } from '#read-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpAnswer, type HttpQuestion, ask, tokenFor } from '#test/http-client';
import { type Topology, buildTopology, idOf, settled } from '#test/rest-steps';
import { type TestSystem, startSystem } from '#test/system';
import { routes } from './wire/route-table.js';

const replica3 = { type: 'replicate', replicate: { replica: 3 } };
let system: TestSystem;
let topology: Topology;
/** Two replicas on one database. */
let bases: [string, string];

beforeAll(async () => {
  system = await startSystem();
  topology = await buildTopology(system.base, 3);
  bases = [system.base, (await system.replica()).base];
});
afterAll(() => system.close());

function keyed(key: string, question: HttpQuestion = {}): HttpQuestion {
  return { ...question, headers: { ...question.headers, 'idempotency-key': key } };
}

/** What a client gets, without what is different in every answer. */
function told({ status, body, headers }: HttpAnswer): object {
  const same = Object.entries(headers).filter(([name]) => name !== 'date' && name !== 'idempotency-replayed');
  return { status, body, headers: Object.fromEntries(same) };
}

function isReplay({ headers }: HttpAnswer): boolean {
  return headers['idempotency-replayed'] === 'true';
}

/** Events without those about refused requests, which are recorded behind the answer: one of an earlier test may still come. */
const EVENTS = "brickyard.event where stream_kind <> 'request'";

async function count(what: string): Promise<number> {
  const [row] = await system.database.db.query<{ count: string }>(`select count(*) from ${what}`);
  return Number(row?.count);
}

const created = async (path: string, body: object): Promise<string> =>
  idOf(await settled(system.base, 'POST', path, { body }));

async function newCluster(): Promise<string> {
  return (JSON.parse((await ask(system.base, 'POST', '/clusters', { body: {} })).body) as { id: string }).id;
}

async function nodeBody(): Promise<object> {
  const name = newId();
  const hostnames = { manage: [`m${name}`], storage: [`s${name}`] };
  return { zone: 1, cluster: await newCluster(), hostnames };
}

async function newNode(): Promise<string> {
  return created('/nodes', await nodeBody());
}

async function newDevice(): Promise<string> {
  const node = await newNode();
  await settled(system.base, 'POST', '/devices', { body: { node, name: '/dev/vdb' } });
  const { devices } = JSON.parse((await ask(system.base, 'GET', `/nodes/${node}`)).body) as {
    devices: { id: string }[];
  };
  return devices[0]?.id ?? '';
}

async function failedDevice(): Promise<string> {
  const device = await newDevice();
  for (const state of ['offline', 'failed']) {
    await settled(system.base, 'POST', `/devices/${device}/state`, { body: { state } });
  }
  return device;
}

async function settledAt(location: string): Promise<HttpAnswer> {
  let outcome: HttpAnswer;
  do outcome = await ask(bases[0], 'GET', location);
  while (outcome.headers['x-pending'] === 'true');
  return outcome;
}

const newVolume = (): Promise<string> =>
  created('/volumes', { size: 1, durability: replica3, clusters: [topology.cluster] });

/** For every route that changes something: a request that is accepted, on something of its own. */
const acceptable: Readonly<Record<string, () => Promise<{ id?: string; body?: object }>>> = {
  'POST /clusters': () => Promise.resolve({ body: { file: false } }),
  'POST /clusters/{id}/flags': async () => ({ id: await newCluster(), body: { file: true } }),
  'DELETE /clusters/{id}': async () => ({ id: await newCluster() }),
  'POST /nodes': async () => ({ body: await nodeBody() }),
  'DELETE /nodes/{id}': async () => ({ id: await newNode() }),
  'POST /nodes/{id}/state': async () => ({ id: await newNode(), body: { state: 'offline' } }),
  'POST /nodes/{id}/tags': async () => ({
    id: await newNode(),
    body: { change_type: 'set', tags: { b: '<', a: '2' } },
  }),
  'POST /devices': async () => ({ body: { node: await newNode(), name: '/dev/vdc' } }),
  'DELETE /devices/{id}': async () => ({ id: await failedDevice(), body: { forceforget: true } }),
  'POST /devices/{id}/state': async () => ({ id: await newDevice(), body: { state: 'offline' } }),
  'GET /devices/{id}/resync': async () => ({ id: await newDevice() }),
  'POST /devices/{id}/tags': async () => ({ id: await newDevice(), body: { change_type: 'update', tags: { a: 'é' } } }),
  'POST /volumes': () => Promise.resolve({ body: { size: 1, durability: replica3 } }),
  'POST /volumes/{id}/expand': async () => ({ id: await newVolume(), body: { expand_size: 1 } }),
  'DELETE /volumes/{id}': async () => ({ id: await newVolume() }),
};

const changing = routes
  .filter(({ method, path, built }) => built && (method !== 'GET' || path.endsWith('/resync')))
  .map(({ method, path }) => ({ name: `${method} ${path}`, method, pattern: path }));

describe('a request that is repeated under its key', () => {
  it.each(changing)(
    '$name has the same answer on every replica and does nothing',
    async ({ name, method, pattern }) => {
      const prepare = acceptable[name];
      if (prepare === undefined) throw new Error(`${name} is not tried: say in "acceptable" how`);
      const { id = '', body } = await prepare();
      const path = pattern.replace('{id}', id);
      const question = keyed(newId(), { body });
      const first = await ask(bases[0], method, path, question);
      expect(first.status, first.body).toBeLessThan(300);
      expect(first.headers).not.toHaveProperty('idempotency-replayed');
      // To its end: what was deleted is gone then, and what was added is there.
      if (first.headers.location !== undefined) {
        let outcome: HttpAnswer;
        do outcome = await ask(bases[0], 'GET', first.headers.location);
        while (outcome.headers['x-pending'] === 'true');
        expect([204, 303], outcome.body).toContain(outcome.status);
      }
      const events = await count(EVENTS);
      for (const base of [...bases, ...bases]) {
        const again = await ask(base, method, path, question);
        expect(isReplay(again)).toBe(true);
        expect(told(again)).toEqual(told(first));
      }
      expect(await count(EVENTS)).toBe(events);
    },
  );

  it.each([
    ['POST', () => Promise.resolve('/volumes'), { size: 1, durability: replica3 }, 'read_model.operation'],
    ['POST', () => Promise.resolve('/clusters'), {}, 'read_model.cluster'],
    ['DELETE', async () => `/volumes/${await newVolume()}`, undefined, 'read_model.operation'],
    [
      'DELETE',
      async () => `/clusters/${await newCluster()}`,
      undefined,
      "brickyard.event where type = 'ClusterDeleted'",
    ],
  ] as const)('twenty times at once is done once: %s', async (method, pathOf, body, what) => {
    const path = await pathOf();
    const before = await count(what);
    const question = keyed(newId(), { body });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, nth) => ask(bases[nth % 2 === 0 ? 0 : 1], method, path, question)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(told(answer)))).size).toBe(1);
    expect(answers[0]?.status).toBeLessThan(300);
    expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1);
    expect(await count(what)).toBe(before + 1);
  });

  it('is repaired where the client had gone before the answer', async () => {
    const path = '/volumes';
    const question = keyed(newId(), { body: { size: 1, durability: replica3 } });
    let client: http.ClientRequest | null = null;
    // The hint comes after the commit and before the answer.
    const accepted = new Promise<string>((resolve, reject) => {
      const kick = (operationId: string): Promise<void> => {
        client?.destroy();
        resolve(operationId);
        return Promise.resolve();
      };
      void system.replica({ kick }).then(({ base }) => {
        client = http.request(base + path, {
          method: 'POST',
          headers: { authorization: `bearer ${tokenFor('admin', 'POST', path)}`, ...question.headers },
        });
        client.on('error', () => undefined).on('response', () => reject(new Error('it was answered')));
        client.end(JSON.stringify(question.body));
      }, reject);
    });
    const location = `/queue/${await accepted}`;
    for (const base of bases) {
      expect(await ask(base, 'POST', path, question)).toMatchObject({
        status: 202,
        headers: { location, 'idempotency-replayed': 'true' },
      });
    }
    expect((await settledAt(location)).status).toBe(303);
  });

  it('is repaired where the connection to the database broke in the commit', async () => {
    const { db } = system.database;
    const before = await count('read_model.cluster');
    const ledger = new PostgresLedger(db, new PostgresEventStore());
    const breaking = await system.replica({
      ledger: {
        transact: async (context, work) => {
          await ledger.transact(context, work);
          throw new CommitOutcomeUnknown(new Error('Connection terminated unexpectedly'));
        },
      },
    });
    const question = keyed(newId(), { body: {} });
    expect(await ask(breaking.base, 'POST', '/clusters', question)).toMatchObject({
      status: 503,
      body: expect.stringContaining('Send it again under its Idempotency-Key') as unknown,
      headers: { 'retry-after': '1' },
    });
    const again = await ask(bases[1], 'POST', '/clusters', question);
    expect(again.status).toBe(201);
    expect(isReplay(again)).toBe(true);
    expect(await count('read_model.cluster')).toBe(before + 1);
  });
});

describe('a key', () => {
  it('that was used for another request is refused, whatever is different', async () => {
    const key = newId();
    await ask(bases[0], 'POST', '/clusters', keyed(key, { body: {} }));
    const cluster = await newCluster();
    const events = await count(EVENTS);
    const others: [string, string, object | undefined][] = [
      ['POST', '/clusters', { block: false }],
      ['POST', '/volumes', { size: 1 }],
      ['DELETE', `/clusters/${cluster}`, undefined],
    ];
    for (const [method, path, body] of others) {
      expect(await ask(bases[1], method, path, keyed(key, { body }))).toMatchObject({
        status: 422,
        body: 'Idempotency-Key was used before, for another request (POST /clusters): send this one with a new key, or repeat that one unchanged\n',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
      });
    }
    expect(await count(EVENTS)).toBe(events);
  });

  it("is its client's own", async () => {
    const question = keyed(newId(), { body: { size: 1, durability: replica3 } });
    const mine = await ask(bases[0], 'POST', '/volumes', { ...question, as: 'user' });
    const theirs = await ask(bases[1], 'POST', '/volumes', question);
    expect(isReplay(theirs)).toBe(false);
    expect(theirs.headers.location).not.toBe(mine.headers.location);
  });

  it('may come quoted, as the draft has it', async () => {
    const key = newId();
    const bare = await ask(bases[0], 'POST', '/clusters', keyed(key, { body: {} }));
    const quoted = await ask(bases[1], 'POST', '/clusters', keyed(`"${key}"`, { raw: '{ }' }));
    expect(isReplay(quoted)).toBe(true);
    expect(quoted.body).toBe(bare.body);
  });

  it('keeps no refusal: what was refused is decided anew', async () => {
    const body = { size: 1, name: 'wanted', durability: replica3, clusters: [topology.cluster] };
    const holder = await created('/volumes', body);
    const question = keyed(newId(), { body });
    for (const base of bases) {
      const refused = await ask(base, 'POST', '/volumes', question);
      expect(refused).toMatchObject({
        status: 500,
        body: "Failed to allocate new volume: Volume name 'wanted' already in use\n",
      });
      expect(isReplay(refused)).toBe(false);
    }
    await settled(bases[0], 'DELETE', `/volumes/${holder}`);
    const accepted = await ask(bases[1], 'POST', '/volumes', question);
    expect(accepted.status).toBe(202);
    expect(isReplay(accepted)).toBe(false);
  });

  it('keeps the outcome that the queue tells, too', async () => {
    const device = await newDevice();
    const question = keyed(newId(), { body: { state: 'failed' } });
    const first = await ask(bases[0], 'POST', `/devices/${device}/state`, question);
    const again = await ask(bases[1], 'POST', `/devices/${device}/state`, question);
    expect(told(again)).toEqual(told(first));
    expect((await ask(bases[1], 'GET', again.headers.location ?? '')).status).toBe(500);
  });
});

describe('without a key', () => {
  it('nothing is asked of the table, and nothing is put there', async () => {
    const before = await count('brickyard.idempotency_record');
    const replica = await system.replica({ answerRecords: { find: () => Promise.reject(new Error('asked')) } });
    expect((await ask(replica.base, 'POST', '/clusters', { body: {} })).status).toBe(201);
    expect((await ask(replica.base, 'POST', '/volumes', { body: { size: 1, durability: replica3 } })).status).toBe(202);
    expect(await count('brickyard.idempotency_record')).toBe(before);
  });
});

describe('requests in any order, at once, under any keys', () => {
  const request = fc.record({
    replica: fc.constantFrom(0, 1),
    key: fc.constantFrom('a', 'b', null),
    block: fc.boolean(),
  });

  it('never make two objects for one key', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(request, { minLength: 1, maxLength: 6 }), { maxLength: 4 }),
        async (batches) => {
          const run = newId();
          const before = await count('read_model.cluster');
          const answers: { key: string | null; block: boolean; answer: HttpAnswer }[] = [];
          for (const batch of batches) {
            answers.push(
              ...(await Promise.all(
                batch.map(async ({ replica, key, block }) => {
                  const question = { body: { block } };
                  const answer = await ask(
                    bases[replica],
                    'POST',
                    '/clusters',
                    key === null ? question : keyed(run + key, question),
                  );
                  return { key, block, answer };
                }),
              )),
            );
          }
          const made = answers.filter(({ answer }) => answer.status === 201);
          expect(answers.filter(({ answer }) => ![201, 422].includes(answer.status))).toEqual([]);
          const keys = [...new Set(answers.flatMap(({ key }) => key ?? []))];
          for (const key of keys) {
            const own = made.filter((one) => one.key === key);
            expect(new Set(own.map(({ answer }) => answer.body)).size).toBe(1);
            expect(own.filter(({ answer }) => !isReplay(answer))).toHaveLength(1);
            expect(new Set(own.map(({ block }) => block)).size).toBe(1);
            const refused = answers.filter((one) => one.key === key && one.answer.status === 422);
            expect(refused.every(({ block }) => block !== own[0]?.block)).toBe(true);
          }
          const keyless = answers.filter(({ key }) => key === null).length;
          expect((await count('read_model.cluster')) - before).toBe(keys.length + keyless);
        },
      ),
      { numRuns: 30 },
    );
  });
});
