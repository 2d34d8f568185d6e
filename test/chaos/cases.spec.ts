import { operationKinds, type CommandRecord, type OperationEvent } from '#domain';
import { describe, expect, it } from 'vitest';
import { casesOf, faults } from './cases.js';
import { scenarios, variants } from './scenarios.js';
import { scriptOf } from './script.js';
import { selectionOf, type Selection } from './selection.js';

const commands = (...lines: readonly string[]): CommandRecord[] =>
  lines.map((command) => ({ node: 'n1', command, exitCode: 0, durationMs: 1 }));
const made = (brick: string): OperationEvent => ({
  type: 'StepSucceeded',
  data: {
    phase: 'bricks',
    step: `brick ${brick}`,
    commands: commands('/usr/sbin/lvm lvs vg', '/usr/sbin/lvm lvcreate x'),
    observed: null,
  },
});
const undone = (brick: string): OperationEvent => ({
  type: 'StepUndone',
  data: {
    phase: 'bricks',
    step: `brick ${brick}`,
    commands: commands('/usr/sbin/lvm lvremove x', '/usr/sbin/lvm lvs vg'),
  },
});
const forward: readonly OperationEvent[] = [
  { type: 'OperationStarted', data: { worker: 'w', attempt: 1, leaseEpochs: {} } },
  { type: 'PhaseStarted', data: { phase: 'bricks', steps: ['brick a', 'brick b'] } },
  made('a'),
  made('b'),
];
const end: OperationEvent = { type: 'OperationSucceeded', data: { location: null } };
const back: readonly OperationEvent[] = [
  { type: 'CompensationStarted', data: { reason: 'no' } },
  undone('a'),
  undone('b'),
  { type: 'OperationFailed', data: { reason: 'no' } },
];

const backends = ['redis', 'postgres'] as const;
const chosenBy = (name: string, seed: string): Selection => selectionOf({ BRICKYARD_CHAOS_CASE: name }, seed, backends);

const [create] = scenarios['volume-create'];
const [, createUndone] = scenarios['volume-create'];

describe('the script of an operation', () => {
  it('counts the commands of parallel steps over the whole operation', () => {
    expect(scriptOf([...forward, ...back]).commands).toEqual([
      { way: 'forward', phase: 'bricks', label: 'lvs', first: 1, count: 2 },
      { way: 'forward', phase: 'bricks', label: 'lvcreate', first: 1, count: 2 },
      { way: 'undo', phase: 'bricks', label: 'lvremove', first: 1, count: 2 },
      { way: 'undo', phase: 'bricks', label: 'lvs', first: 3, count: 2 },
    ]);
  });

  it('names events by phase and kind of step', () => {
    expect(scriptOf([...forward, end]).events).toEqual([
      { way: 'forward', text: 'OperationStarted', count: 1 },
      { way: 'forward', text: 'PhaseStarted bricks', count: 1 },
      { way: 'forward', text: 'StepSucceeded bricks brick', count: 2 },
      { way: 'forward', text: 'OperationSucceeded', count: 1 },
    ]);
  });
});

describe('the cases of an operation that ends as it is accepted', () => {
  it('are those of its acceptance', () => {
    const [state] = scenarios['node-state'];
    const names = casesOf(state!, scriptOf([end]), '7').map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(names.every((name) => name.startsWith('node-state/-/accept-'))).toBe(true);
  });
});

describe('the cases', () => {
  const cases = casesOf(create!, scriptOf([...forward, end]), '7');

  it('have names of their own, strike by every fault, and use both queues', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect([...new Set(cases.map(({ fault }) => fault))].sort()).toEqual([...faults].sort());
    expect(new Set(cases.map(({ backend }) => backend)).size).toBe(2);
    expect(cases.map(({ name }) => name)).toContain('volume-create/bricks:lvcreate/after-effect/kill-worker/7');
  });

  it('strike only what is undone where that is the point, and what may come late', () => {
    const names = casesOf(createUndone!, scriptOf([...forward, ...back]), '7').map(({ name }) => name);
    expect(names).toContain('volume-create-undone/undo-bricks:lvremove/before-send/drop-database/7');
    expect(names).toContain('volume-create-undone/bricks:lvcreate/after-send/kill-worker-orphan/7');
    expect(names).not.toContain('volume-create-undone/bricks:lvcreate/before-send/kill-worker/7');
  });

  it('of what is cancelled strike neither the command during which it is, nor the request', () => {
    const cancelled = scenarios['volume-create'].find(({ cancelDuring }) => cancelDuring !== undefined)!;
    const made: OperationEvent = {
      type: 'StepSucceeded',
      data: { phase: 'volume', step: 'volume', commands: commands('gluster volume create v'), observed: null },
    };
    const asked: OperationEvent = { type: 'OperationCancelRequested', data: { by: 'admin', issuer: 'admin' } };
    const names = casesOf(cancelled, scriptOf([...forward, made, asked, ...back]), '7').map(({ name }) => name);
    expect(names.some((name) => name.startsWith('volume-create-cancelled/undo-bricks:lvremove/'))).toBe(true);
    expect(names.filter((name) => /volume_create|OperationCancelRequested/.test(name))).toEqual([]);
  });

  it('are the same for the same seed', () => {
    const again = casesOf(create!, scriptOf([...forward, end]), '7');
    expect(again.map(({ name, nth, backend }) => [name, nth, backend])).toEqual(
      cases.map(({ name, nth, backend }) => [name, nth, backend]),
    );
  });

  it('can be chosen: one by its name, many by the beginning of it, else a sample with every fault', () => {
    const name = 'volume-create/bricks:lvcreate/after-effect/kill-worker/7';
    const one = chosenBy(name, '1');
    expect([one.seed, one.concerns(create!, 'redis'), one.concerns(createUndone!, 'redis')]).toEqual([
      '7',
      true,
      false,
    ]);
    expect(backends.flatMap((backend) => one.of(cases, backend)).map((each) => each.name)).toEqual([name]);
    for (const backend of backends)
      expect(chosenBy('volume-create/bricks:lvcreate', '7').of(cases, backend).length).toBeGreaterThan(2);
    expect(() => chosenBy('volume-create/nothing', '7').of(cases, 'redis')).toThrow('no case');
    for (const backend of backends) {
      const sample = selectionOf({}, '7', backends).of(cases, backend);
      expect(sample.length).toBeLessThan(cases.length / 2);
      const own = cases.filter((each) => each.backend === backend);
      expect(new Set(sample.map(({ fault }) => fault))).toEqual(new Set(own.map(({ fault }) => fault)));
    }
  });

  it('are shared by several processes without one being left out or run twice', () => {
    const shards = ['1/2', '2/2'].flatMap((shard) => {
      const part = selectionOf({ BRICKYARD_CHAOS: 'all', BRICKYARD_CHAOS_SHARD: shard }, '7', backends);
      return backends.flatMap((backend) => part.of(cases, backend));
    });
    expect(shards.map(({ name }) => name).toSorted()).toEqual(cases.map(({ name }) => name).toSorted());
  });

  it('kill a replica once at each boundary of the worker, and at every command that is on a node', () => {
    const kills = cases.filter(({ fault }) => fault === 'kill-api').map(({ place }) => place.boundary);
    for (const boundary of ['taken', 'before-send', 'after-effect', 'before-commit', 'after-append'])
      expect(kills.filter((each) => each === boundary)).toHaveLength(1);
    expect(kills).toContain('after-send');
  });

  it('strike one command of a shared phase at each boundary by each fault, the one that the seed says', () => {
    const [expand] = scenarios['volume-expand'];
    const told = { ...made('a').data, commands: commands('/usr/sbin/lvm lvcreate x', 'mount x', 'chown x') };
    const script = scriptOf([forward[0]!, { type: 'StepSucceeded', data: told } as OperationEvent, end]);
    const struck = (seed: string): string[] =>
      casesOf(expand!, script, seed)
        .filter(({ place, fault }) => place.what.startsWith('bricks:') && fault !== 'kill-api')
        .map(({ place, fault }) => `${place.boundary}/${fault}`);
    expect(new Set(struck('7')).size).toBe(struck('7').length);
    expect(struck('7').toSorted()).toEqual(struck('8').toSorted());
    const whats = ['1', '2', '3', '4'].flatMap((seed) => casesOf(expand!, script, seed).map(({ place }) => place.what));
    for (const label of ['lvcreate', 'mount', 'chown']) expect(whats).toContain(`bricks:${label}`);
  });

  it('are in a sample of every variant, on one queue or the other', () => {
    const sample = selectionOf({}, '7', backends);
    for (const variant of variants)
      expect(backends.filter((backend) => sample.concerns(variant, backend)).length).toBe(variant.brief ? 2 : 1);
    expect(variants.every((variant) => selectionOf({}, '7', ['postgres']).concerns(variant, 'postgres'))).toBe(true);
  });
});

describe('the scenarios', () => {
  it('cover every kind of operation', () => {
    expect(Object.keys(scenarios).sort()).toEqual([...operationKinds].sort());
    expect(new Set(variants.map(({ name }) => name)).size).toBe(variants.length);
    for (const [kind, rows] of Object.entries(scenarios)) {
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.every((row) => row.kind === kind && row.name.startsWith(kind))).toBe(true);
    }
  });
});
