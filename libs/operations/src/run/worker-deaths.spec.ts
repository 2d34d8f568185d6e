import type { RequestedKind } from '#domain';
import { outcome, refuse, run, runToEnd } from '#test/operation-runs';
import { carriedOutKinds, OperationWorld, operationId } from '#test/operation-world';
import { describe, expect, it } from 'vitest';
import type { RunOutcome } from './operation-runner.js';

interface Death {
  /** Things done so far. */
  readonly count: () => number;
  /** Another process goes on; says whether this one was dead. */
  readonly revive: () => boolean;
}

/** The process dies at the nth thing that it does to nodes or log; from then on nothing works for it. */
function dieAt(world: OperationWorld, nth: number): Death {
  let count = 0;
  let dead = false;
  const point = (): void => {
    count += 1;
    if (count === nth) dead = true;
    if (dead) throw new Error('the process is dead');
  };
  const fault = world.nodes.fault;
  world.nodes.fault = (call, when, node) => {
    point();
    fault(call, when, node);
  };
  world.ledger.beforeCommit = point;
  world.ledger.afterCommit = point;
  const revive = (): boolean => {
    const was = dead;
    dead = false;
    return was;
  };
  return { count: () => count, revive };
}

const scenarios: readonly { name: string; kind: RequestedKind; failing?: string }[] = [
  ...carriedOutKinds.map((kind) => ({ name: `${kind} that succeeds`, kind })),
  { name: 'node-add without glusterd', kind: 'node-add', failing: 'glusterd' },
  { name: 'node-add whose probe fails', kind: 'node-add', failing: 'probe n9' },
  { name: 'node-delete whose detach fails', kind: 'node-delete', failing: 'detach' },
  { name: 'device-add whose set-up fails', kind: 'device-add', failing: 'setup' },
  { name: 'device-delete that is refused', kind: 'device-delete', failing: 'teardown' },
  { name: 'volume-create whose brick fails', kind: 'volume-create', failing: 'make b2' },
  { name: 'volume-create whose creation fails', kind: 'volume-create', failing: 'create' },
  { name: 'volume-create whose start fails', kind: 'volume-create', failing: 'start' },
  { name: 'volume-expand whose brick fails', kind: 'volume-expand', failing: 'make b5' },
  { name: 'volume-expand whose add-brick fails', kind: 'volume-expand', failing: 'add-brick' },
  { name: 'volume-delete that is refused', kind: 'volume-delete', failing: 'delete' },
];

describe('whatever the instant at which its worker dies', () => {
  it.each(scenarios)('$name ends the same', async ({ kind, failing }) => {
    const make = (): OperationWorld => {
      const world = new OperationWorld().accept(kind);
      if (failing !== undefined) refuse(world, failing);
      return world;
    };
    const undisturbed = make();
    const life = dieAt(undisturbed, Infinity);
    await runToEnd(undisturbed);
    expect(life.count()).toBeGreaterThan(4);
    for (let nth = 1; nth <= life.count(); nth += 1) {
      const world = make();
      const death = dieAt(world, nth);
      let last: RunOutcome = 'retry';
      for (let runs = 0; last !== 'finished' && runs < 20; runs += 1) {
        // A dead process answers nothing: what its runner returns then does not matter.
        last = await run(world, { worker: `w${runs}` }).catch(() => 'retry' as const);
        if (death.revive()) last = 'retry';
        world.leases.steal();
      }
      expect(last).toBe('finished');
      expect(world.nodes.contents(), `death at ${nth}`).toEqual(undisturbed.nodes.contents());
      expect(world.freeKiB()).toEqual(undisturbed.freeKiB());
      expect(outcome(world), `death at ${nth}`).toEqual(outcome(undisturbed));
      const ends = world.typesOf('operation', operationId).filter((type) => /^Operation(Succeeded|Failed)$/.test(type));
      expect(ends).toHaveLength(1);
    }
  });
});
