import { cancelOperation } from '#operations';
import { DomainError, silentLogger, systemAttribution } from '#kernel';
import { NodeUnreachableError } from '#storage-nodes';
import { outcome, run, runToEnd } from '#test/operation-runs';
import { carriedOutKinds, OperationWorld, operationId } from '#test/operation-world';
import { describe, expect, it } from 'vitest';

const attribution = systemAttribution('api', 'request');
const cancelled = { type: 'OperationFailed', data: { reason: 'Cancelled by alice' } };

function cancel(world: OperationWorld, id = operationId): Promise<string> {
  return world.ledger
    .transact({ attribution, commandId: '' }, (tx) =>
      cancelOperation(tx, { operationId: id, by: 'alice', issuer: 'admin' }),
    )
    .then(({ status }) => status);
}

interface Cancelling {
  /** Things done to nodes or log so far. */
  readonly count: () => number;
  /** What was answered: a status, or the text of the refusal; null where nobody has asked. */
  readonly answer: () => Promise<string | null>;
}

/** Somebody asks for the cancel when the nth thing is done. The process dies at another one. */
function cancelAt(world: OperationWorld, nth: number, deathAt = Infinity): Cancelling & { revive(): void } {
  let count = 0;
  let dead = false;
  let answer: Promise<string | null> = Promise.resolve(null);
  let isOurs = false;
  const point = (): void => {
    // What the API commits is no doing of the worker.
    if (isOurs) return;
    count += 1;
    if (count === nth) {
      answer = cancel(world).catch((error: unknown) => {
        if (error instanceof DomainError) return error.message;
        throw error;
      });
    }
    dead ||= count === deathAt;
    if (dead) throw new Error('the process is dead');
  };
  world.nodes.fault = point;
  const guarded = (changes: readonly { readonly events: readonly { readonly type: string }[] }[]): void => {
    isOurs = changes.some(({ events }) => events.some(({ type }) => type === 'OperationCancelRequested'));
    point();
    isOurs = false;
  };
  world.ledger.beforeCommit = guarded;
  world.ledger.afterCommit = guarded;
  return { count: () => count, answer: () => answer, revive: () => void (dead = false) };
}

describe('an operation that is cancelled', () => {
  it('before any worker has started it ends at once, and no node hears of it', async () => {
    for (const kind of carriedOutKinds) {
      const world = new OperationWorld().accept(kind);
      expect(await cancel(world)).toBe('failed');
      expect(outcome(world)).toEqual(cancelled);
      expect(world.typesOf('operation', operationId)).toEqual([
        'OperationAccepted',
        'OperationCancelRequested',
        'OperationFailed',
      ]);
      expect(await run(world)).toBe('finished');
      expect(world.nodes.calls).toEqual([]);
    }
    const create = new OperationWorld().accept('volume-create');
    await cancel(create);
    expect(create.ledger.stateOf('volume', 'v1').status).toBe('deleted');
    expect(create.freeKiB()).toEqual([100_000, 100_000, 100_000]);
  });

  it('while a worker is about to start it is not started, and the worker is done with it', async () => {
    const errors: string[] = [];
    const logger = { ...silentLogger, error: (_: object, text: string) => void errors.push(text) };
    const world = new OperationWorld().accept('volume-create');
    const claim = world.leases.claim.bind(world.leases);
    let answer: Promise<string> = Promise.reject(new Error('nobody has asked'));
    answer.catch(() => undefined);
    // The worker has read the operation and takes its leases.
    world.leases.claim = (...parameters) => {
      answer = cancel(world);
      return claim(...parameters);
    };
    expect(await run(world, { logger })).toBe('finished');
    expect(await answer).toBe('failed');
    expect(world.nodes.calls).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('lets the steps that are under way end, and then turns back', async () => {
    const world = new OperationWorld().accept('volume-create');
    world.nodes.fault = (call, when) => {
      if (call === 'make b1' && when === 'before') void cancel(world);
    };
    expect(await run(world)).toBe('finished');
    expect(outcome(world)).toEqual(cancelled);
    expect(world.nodes.calls.sort()).toEqual(['make b1', 'make b2', 'make b3', 'remove b1', 'remove b2', 'remove b3']);
    expect(world.typesOf('operation', operationId).filter((type) => type === 'StepSucceeded')).toHaveLength(3);
    expect(world.ledger.stateOf('volume', 'v1').status).toBe('deleted');
  });

  it('in a pause between two runs is undone by the next one', async () => {
    const world = new OperationWorld().accept('volume-create');
    world.nodes.fault = (call, when, node) => {
      if (when === 'before' && call === 'create vol') throw new NodeUnreachableError('no answer', node.nodeId, true);
    };
    expect(await run(world)).toBe('retry');
    expect(await cancel(world)).toBe('running');
    world.nodes.fault = () => undefined;
    expect(await run(world)).toBe('finished');
    expect(outcome(world)).toEqual(cancelled);
    expect(world.nodes.calls.filter((call) => call === 'create vol')).toHaveLength(1);
    expect(world.nodes.contents()).toMatchObject({ bricks: [], volumes: {} });
  });

  it('goes on where a worker that does not know the request has passed the point of no return', async () => {
    const world = new OperationWorld().accept('volume-delete');
    world.ledger.given(
      'operation',
      operationId,
      { type: 'OperationStarted', data: { worker: 'older', attempt: 1, leaseEpochs: {} } },
      { type: 'OperationCancelRequested', data: { by: 'alice', issuer: 'admin', noWayBackFrom: 'delete' } },
      { type: 'PhaseStarted', data: { phase: 'stop', steps: ['stop'] } },
      { type: 'StepSucceeded', data: { phase: 'stop', step: 'stop', commands: [], observed: { wasStarted: true } } },
      { type: 'PhaseStarted', data: { phase: 'delete', steps: ['delete'] } },
    );
    world.nodes.volumes.get('vol')!.started = false;
    await runToEnd(world);
    expect(outcome(world)).toMatchObject({ type: 'OperationSucceeded' });
  });
});

describe('whenever it is cancelled', () => {
  it.each(carriedOutKinds)('%s is undone as if it had never been, or ends as if nobody had asked', async (kind) => {
    const untouched = new OperationWorld().accept(kind);
    const undisturbed = new OperationWorld().accept(kind);
    const life = cancelAt(undisturbed, Infinity);
    await runToEnd(undisturbed);
    const answers = new Set<string>();
    for (let nth = 1; nth <= life.count(); nth += 1) {
      const world = new OperationWorld().accept(kind);
      const cancelling = cancelAt(world, nth);
      await runToEnd(world);
      const answer = (await cancelling.answer()) ?? '';
      const inTime = ['running', 'failed'].includes(answer);
      answers.add(inTime ? 'in time' : answer);
      const expected = inTime ? untouched : undisturbed;
      expect(world.nodes.contents(), `cancelled at ${nth}: ${answer}`).toEqual(expected.nodes.contents());
      expect(outcome(world)).toEqual(inTime ? cancelled : outcome(undisturbed));
    }
    expect(answers).toContain(`Operation ${operationId} has ended: it is succeeded`);
    // Its first phase is the one that has no way back.
    expect(answers.has('in time')).toBe(kind !== 'device-delete');
  });

  it.each(['volume-create', 'volume-expand', 'volume-delete', 'node-delete'] as const)(
    '%s, and whenever its worker dies after that, it has one end',
    async (kind) => {
      const untouched = new OperationWorld().accept(kind);
      const undisturbed = new OperationWorld().accept(kind);
      const life = cancelAt(undisturbed, Infinity);
      await runToEnd(undisturbed);
      for (let nth = 1; nth <= life.count(); nth += 1) {
        for (let death = nth; death <= 2 * life.count(); death += 3) {
          const world = new OperationWorld().accept(kind);
          const cancelling = cancelAt(world, nth, death);
          let last = '';
          for (let runs = 0; last !== 'finished' && runs < 20; runs += 1) {
            last = await run(world, { worker: `w${runs}` }).catch(() => 'retry');
            cancelling.revive();
            world.leases.steal();
          }
          const inTime = ['running', 'failed'].includes((await cancelling.answer()) ?? '');
          const expected = inTime ? untouched : undisturbed;
          expect(world.nodes.contents(), `cancelled at ${nth}, death at ${death}`).toEqual(expected.nodes.contents());
          expect(outcome(world)).toEqual(inTime ? cancelled : outcome(undisturbed));
          if (cancelling.count() < death) break;
        }
      }
    },
  );
});
