import { isDrift } from '#drift';
import { randomUUID } from 'node:crypto';
import { cancelOf } from './cancelling.js';
import { ask } from '#test/http-client';
import { expect } from 'vitest';
import type { ChaosCase } from './cases.js';
import { patternOf } from './commands.js';
import { doubleEffects, type RanCommand } from './double-effects.js';
import { Inventory } from './inventory.js';
import { isUndone, type Obstacle, type Variant } from './scenarios.js';
import { scriptOf, type Script } from './script.js';
import { plainState, type PlainState } from './state.js';
import { strike } from './strikes.js';
import { send, type Accepted } from './wish.js';
import type { ChaosWorld } from './world.js';

/** What becomes of a variant when nothing goes wrong. */
export interface Undisturbed {
  readonly script: Script;
  readonly status: number;
  readonly before: PlainState;
  readonly after: PlainState;
}

export function inventoryOf(world: ChaosWorld): Inventory {
  return new Inventory(world.system.client, world.nodes, world.members());
}

const idOf = ({ location }: Accepted): string => location.split('/').at(-1) ?? randomUUID();

export async function runUndisturbed(world: ChaosWorld, variant: Variant): Promise<Undisturbed> {
  const inventory = inventoryOf(world);
  const wish = await variant.prepare(inventory, world);
  const told = 'happens' in wish ? (await world.eventsOf(wish.operationId)).length : 0;
  const before = await stateOf(world, inventory);
  if (variant.obstacle !== undefined) obstruct(world, variant.obstacle);
  const cancelled = cancelOf(world, variant);
  // Waited for after the end: by then it has been told.
  cancelled.catch(() => undefined);
  const accepted = await send(world, wish);
  const { status } = await accepted.end;
  await cancelled;
  clear(world);
  await world.settled();
  const after = await stateOf(world, inventory);
  const script = scriptOf((await world.eventsOf(idOf(accepted))).slice(told));
  const undoes = script.events.some(({ way }) => way === 'undo');
  if (undoes !== isUndone(variant)) throw new Error(`${variant.name} ends with ${status}`);
  await inventory.restore();
  return { script, status, before, after };
}

/** How many commands each node has on record. */
export function logLengths(world: ChaosWorld): ReadonlyMap<string, number> {
  return new Map(world.nodes.map(({ name, commands }) => [name, commands.length]));
}

export function commandsSince(world: ChaosWorld, lengths: ReadonlyMap<string, number>): RanCommand[] {
  return world.nodes.flatMap(({ name, commands }) =>
    commands.slice(lengths.get(name)).map((command): RanCommand => ({ ...command, node: name })),
  );
}

/** @throws AssertionError where the case does not end as it must */
export async function runCase(world: ChaosWorld, chaosCase: ChaosCase, undisturbed: Undisturbed): Promise<void> {
  const { variant } = chaosCase;
  const inventory = inventoryOf(world);
  await world.worker();
  const wish = await variant.prepare(inventory, world);
  const begin = logLengths(world);
  if (variant.obstacle !== undefined) obstruct(world, variant.obstacle);
  const cancelled = cancelOf(world, variant);
  // Waited for after the end: by then it has been told.
  cancelled.catch(() => undefined);
  const accepted = await strike(world, chaosCase, wish);
  await cancelled;
  clear(world);
  await world.worker();
  await world.settled();
  const expected = await expectedState(world, chaosCase, accepted, undisturbed);
  expect(doubleEffects(commandsSince(world, begin)), 'what took effect twice').toEqual([]);
  expect(await stateOf(world, inventory), 'nodes and API').toEqual(expected);
  const { differences, uninspected } = await world.system.drift();
  expect([...uninspected, ...differences.filter(isDrift)], 'drift').toEqual([]);
  expect((await world.system.check()).differences, 'db check').toEqual([]);
}

/** One end, and everybody is told the same as often as they ask. @returns the state that goes with it */
async function expectedState(
  world: ChaosWorld,
  chaosCase: ChaosCase,
  accepted: Accepted | null,
  { status, before, after }: Undisturbed,
): Promise<PlainState> {
  if (accepted === null) return before;
  const end = await accepted.end;
  const failedForGood = mayFail(chaosCase) && end.status === FAILED;
  expect(end.status, end.body).toBe(failedForGood ? FAILED : status);
  for (const base of [...world.replicas, ...world.replicas]) {
    const again = await ask(base, 'GET', accepted.location);
    expect([again.status, again.body, again.headers.location]).toEqual([end.status, end.body, end.headers.location]);
  }
  const events = await world.eventsOf(idOf(accepted));
  const ends = events.filter(({ type }) => type === 'OperationSucceeded' || type === 'OperationFailed');
  expect(ends).toHaveLength(1);
  return failedForGood ? before : after;
}

/** What the queue answers for an operation that has failed. */
const FAILED = 500;

/** A node that was cut off half way through a command may refuse to begin it again: Gluster has marked the bricks. */
function mayFail({ fault, place }: ChaosCase): boolean {
  return fault === 'cut-ssh' && place.boundary === 'after-send';
}

function stateOf(world: ChaosWorld, inventory: Inventory): Promise<PlainState> {
  return plainState(inventory, world.system.holdings());
}

/** Counted over all nodes: which one is asked differs from run to run. */
function obstruct(world: ChaosWorld, { label, from, actions }: Obstacle): void {
  const pattern = patternOf(label);
  let seen = 0;
  // Asked first, takes nothing.
  const count = (line: string): boolean => {
    seen += Number(pattern.test(line));
    return false;
  };
  const isNext = (index: number) => (line: string) =>
    pattern.test(line) && Math.min(seen - from, actions.length - 1) === index;
  for (const { faults } of world.nodes) {
    faults.add({ match: count, action: actions[0] });
    for (const [index, action] of actions.entries()) faults.add({ match: isNext(index), action, times: Infinity });
  }
}

function clear(world: ChaosWorld): void {
  for (const { faults } of world.nodes) faults.clear();
}
