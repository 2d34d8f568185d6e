import { ask, type HttpAnswer, type TestIssuer } from '#test/http-client';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { openStream, sentEvents, StreamRefused } from '#test/event-source';
import { idOf } from '#test/rest-steps';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let system: SimulatedSystem;
const replica3 = { size: 1, durability: { type: 'replicate', replicate: { replica: 3 } } };

beforeEach(async () => {
  // One operation at a time: what comes second waits.
  system = await startSimulatedSystem({ simulator: { count: 3, devicesPerNode: 1 }, worker: { concurrency: 1 } });
  await system.loadAll();
});
// Compares nodes, log and read model.
afterEach(() => system.close());

interface Operation {
  readonly status: string;
  readonly failure: { readonly reason: string; readonly reasons: readonly object[] } | null;
  readonly cancelRequested: { readonly by: string } | null;
  readonly progress: { readonly stepsDone: number; readonly stepsPlanned: number; readonly stepsUndone: number };
  readonly waitsFor: { readonly operationId: string } | null;
}

async function accepted(method: string, path: string, body?: object, as: TestIssuer = 'admin'): Promise<string> {
  const answer = await ask(system.base, method, path, { as, ...(body === undefined ? {} : { body }) });
  expect(answer.status, answer.body).toBe(202);
  return idOf(answer);
}

const cancel = (id: string, as: TestIssuer = 'admin'): Promise<HttpAnswer> =>
  ask(system.base, 'POST', `/v1/operations/${id}:cancel`, { as });

async function operation(id: string, query = ''): Promise<Operation> {
  const answer = await ask(system.base, 'GET', `/v1/operations/${id}${query}`);
  expect(answer.status, answer.body).toBe(200);
  return JSON.parse(answer.body) as Operation;
}
const ended = (id: string): Promise<Operation> => operation(id, '?wait=30s');

/** The first command that begins so hangs on its node. */
function hold(command: RegExp): { readonly taken: Promise<unknown>; release(): void } {
  let seen = false;
  const match = (line: string): boolean => {
    if (seen || !command.test(line)) return false;
    seen = true;
    return true;
  };
  const handles = system.simulator.nodes.map(({ faults }) => faults.add({ match, action: { kind: 'hang' } }));
  return {
    taken: Promise.race(handles.map(({ firstHit }) => firstHit)),
    release: () => handles.forEach((handle) => handle.release()),
  };
}

async function volumes(): Promise<string[]> {
  return (JSON.parse((await ask(system.base, 'GET', '/volumes')).body) as { volumes: string[] }).volumes;
}

async function createdVolume(): Promise<string> {
  await ended(await accepted('POST', '/volumes', replica3));
  return (await volumes())[0] ?? '';
}

describe('a cancel', () => {
  it('of what waits ends it at once, and nobody waits behind it any more', async () => {
    const volume = await createdVolume();
    const held = hold(/lvcreate/);
    const first = await accepted('POST', `/volumes/${volume}/expand`, { expand_size: 1 });
    await held.taken;
    const inLane = await accepted('POST', `/volumes/${volume}/expand`, { expand_size: 1 });
    const inQueue = await accepted('POST', '/volumes', replica3);
    expect((await operation(inLane)).waitsFor).toMatchObject({ operationId: first });
    for (const id of [inLane, inQueue]) {
      const answer = await cancel(id);
      expect(answer.status, answer.body).toBe(200);
      expect(JSON.parse(answer.body)).toMatchObject({
        status: 'failed',
        startedAt: null,
        failure: { reason: 'Cancelled by admin', reasons: [] },
        cancelRequested: { by: 'admin', issuer: 'admin' },
        phases: [],
      });
      // Asked again it changes nothing.
      expect((await cancel(id)).status).toBe(200);
    }
    const polled = await ask(system.base, 'GET', `/queue/${inQueue}`);
    expect([polled.status, polled.body]).toEqual([500, 'Cancelled by admin\n']);
    held.release();
    expect((await ended(first)).status).toBe('succeeded');
    expect((await volumes()).length).toBe(1);
    expect(JSON.parse((await ask(system.base, 'GET', `/volumes/${volume}`)).body)).toMatchObject({ size: 2 });
  });

  it('of what is in the middle undoes it when its steps have ended', async () => {
    const held = hold(/volume create/);
    const id = await accepted('POST', '/volumes', replica3);
    await held.taken;
    const before = await operation(id);
    expect(before).toMatchObject({ status: 'running', progress: { phase: 'volume', stepsDone: 3, stepsPlanned: 5 } });
    const answer = await cancel(id);
    expect(JSON.parse(answer.body)).toMatchObject({ status: 'running', cancelRequested: { by: 'admin' } });
    held.release();
    const after = await ended(id);
    expect(after).toMatchObject({
      status: 'failed',
      failure: { reason: 'Cancelled by admin' },
      progress: { stepsDone: 0, stepsUndone: 4 },
    });
    expect(await volumes()).toEqual([]);
    for (const node of Object.values(system.holdings())) {
      expect(node).toMatchObject({ logicalVolumes: [], mounts: [], glusterVolumes: [] });
    }
  });

  it('of a deletion that has only stopped the volume starts it again', async () => {
    const volume = await createdVolume();
    const held = hold(/volume stop/);
    const id = await accepted('DELETE', `/volumes/${volume}`);
    await held.taken;
    expect((await cancel(id)).status).toBe(200);
    held.release();
    expect(await ended(id)).toMatchObject({ status: 'failed', failure: { reason: 'Cancelled by admin' } });
    expect(await volumes()).toEqual([volume]);
    const [node] = Object.values(system.holdings());
    expect(JSON.stringify(node?.glusterVolumes)).toContain('tarted');
  });

  it('is refused past the point of no return, and after the end', async () => {
    const volume = await createdVolume();
    const held = hold(/volume delete/);
    const id = await accepted('DELETE', `/volumes/${volume}`);
    await held.taken;
    const late = await cancel(id);
    expect(late.status).toBe(409);
    expect(JSON.parse(late.body)).toMatchObject({
      type: 'urn:brickyard:problem:conflict',
      detail: `Operation ${id} cannot be cancelled: phase delete has begun, from which on there is no way back`,
      reasons: [{ rule: 'no-way-back' }],
    });
    held.release();
    expect((await ended(id)).status).toBe('succeeded');
    const over = await cancel(id);
    expect([over.status, (JSON.parse(over.body) as { detail: string }).detail]).toEqual([
      409,
      `Operation ${id} has ended: it is succeeded`,
    ]);
  });

  it('is for the administrator, and for users of what is their own', async () => {
    const held = hold(/lvcreate/);
    const ofAdmin = await accepted('POST', '/volumes', replica3);
    await held.taken;
    const ofUser = await accepted('POST', '/volumes', replica3, 'user');
    expect((await cancel(ofAdmin, 'user')).status).toBe(404);
    expect((await cancel(ofUser, 'auditor')).status).toBe(403);
    expect((await cancel(ofUser, 'user')).status).toBe(200);
    held.release();
    expect((await ended(ofAdmin)).status).toBe('succeeded');
    expect(await operation(ofUser)).toMatchObject({ status: 'failed', failure: { reason: 'Cancelled by user' } });
    expect((await ask(system.base, 'GET', `/v1/operations/${ofAdmin}`, { as: 'user' })).status).toBe(404);
    const own = JSON.parse((await ask(system.base, 'GET', '/v1/operations', { as: 'user' })).body) as {
      items: { id: string }[];
    };
    expect(own.items.map(({ id }) => id)).toEqual([ofUser]);
  });
});

describe('an operation', () => {
  it('that fails says why, down to what the node answered; without commands to users', async () => {
    for (const { faults } of system.simulator.nodes) {
      const action = { kind: 'fail', exitCode: 5, stderr: 'no space left\n' } as const;
      faults.add({ match: (line) => line.includes('lvcreate'), action, times: Infinity });
    }
    const id = await accepted('POST', '/volumes', replica3, 'user');
    const failed = await ended(id);
    const reasons = JSON.stringify(failed.failure?.reasons);
    expect(reasons).toMatch(/phase bricks: 3 of 3 steps failed/);
    expect(reasons).toMatch(/lvcreate.* ended with exit code 5 .*no space left/);
    const list = JSON.parse((await ask(system.base, 'GET', '/v1/operations?status=failed')).body) as {
      items: (Operation & { id: string })[];
    };
    expect(list.items.map(({ id: own }) => own)).toEqual([id]);
    expect(list.items[0]?.failure).toEqual(failed.failure);
    const told = (await ask(system.base, 'GET', `/v1/operations/${id}`, { as: 'user' })).body;
    expect(told).toContain('3 of 3 steps failed');
    expect(told).not.toContain('lvcreate');
  });

  it('can be followed to its end, and from where a client has been', async () => {
    const held = hold(/volume create/);
    const id = await accepted('POST', '/volumes', replica3, 'user');
    await held.taken;
    const path = `/v1/operations/${id}/events`;
    const seen: { id: string; event: string }[] = [];
    let released = false;
    for await (const { id: place, event, data } of sentEvents(await openStream(system.base, path, { as: 'user' }))) {
      if (place === null || event === null) continue;
      seen.push({ id: place, event });
      expect(data).not.toHaveProperty('data.commands');
      if (!released) held.release();
      released = true;
    }
    expect(seen.map(({ event }) => event)).toEqual([
      'OperationAccepted',
      'OperationStarted',
      'PhaseStarted',
      'StepSucceeded',
      'StepSucceeded',
      'StepSucceeded',
      'PhaseStarted',
      'StepSucceeded',
      'PhaseStarted',
      'StepSucceeded',
      'OperationSucceeded',
    ]);
    const third = seen[2]?.id ?? null;
    const again: string[] = [];
    for await (const { id: place, event } of sentEvents(await openStream(system.base, path, { lastEventId: third }))) {
      if (event !== null) again.push(place ?? '');
    }
    expect(again).toEqual(seen.slice(3).map(({ id: place }) => place));
    const over = openStream(system.base, path, { lastEventId: seen.at(-1)?.id ?? null });
    await expect(over).rejects.toMatchObject({ constructor: StreamRefused, status: 204 });
  });
});
