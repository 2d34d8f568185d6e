import { operationKinds, type OperationKind, type RequestedKind } from '#domain';
import { OperationWorld, operationId } from '#test/operation-world';
import { describe, expect, it } from 'vitest';
import { stateLoader } from '../run/load-state.js';
import { WorkflowRegistry } from './registry.js';
import type { Phase } from './workflow.js';

const registry = new WorkflowRegistry();

/** Of every kind whether workers carry it out; the compiler asks for a line here when one is added. */
const carriedOut: Readonly<Record<OperationKind, boolean>> = {
  'node-add': true,
  'node-delete': true,
  'node-state': false,
  'device-add': true,
  'device-delete': true,
  'device-state': false,
  'device-resync': true,
  'volume-create': true,
  'volume-expand': true,
  'volume-delete': true,
  cleanup: true,
};

async function planOf(kind: RequestedKind): Promise<{ world: OperationWorld; phases: readonly Phase[] }> {
  const world = new OperationWorld().accept(kind);
  const view = { queries: world.ledger, load: stateLoader(world.ledger) };
  return { world, phases: await registry.of(kind).plan(world.ledger.stateOf('operation', operationId), view) };
}

const planned = operationKinds.filter((kind) => kind !== 'cleanup').filter((kind) => carriedOut[kind]);

it('has a workflow for every kind that workers carry out, and for no other', () => {
  expect(registry.kinds().map(({ kind }) => kind)).toEqual([...operationKinds]);
  for (const kind of operationKinds) {
    if (carriedOut[kind]) expect(registry.of(kind).kind).toBe(kind);
    else expect(() => registry.of(kind)).toThrow(`no workflow carries out ${kind}`);
  }
});

it('does not start where a kind has no workflow', () => {
  expect(() => new WorkflowRegistry([])).toThrow(/operations without a workflow: node-add, /);
});

describe.each(planned)('%s', (kind) => {
  it('plans the phases and steps that its outline names', async () => {
    const { phases } = await planOf(kind);
    const outline = registry.kinds().find((each) => each.kind === kind)?.outline ?? {};
    expect(phases.map(({ name }) => name)).toEqual(Object.keys(outline));
    for (const { name, steps } of phases) {
      const pattern = new RegExp(`^${(outline[name] ?? '').replace('*', '\\w+')}$`);
      expect(steps.length).toBeGreaterThan(0);
      for (const step of steps) expect(step.name).toMatch(pattern);
    }
  });

  it('names each step once, and only nodes that there are in its reach', async () => {
    const { world, phases } = await planOf(kind);
    const steps = phases.flatMap((phase) => phase.steps);
    expect(new Set(steps.map((step) => step.name)).size).toBe(steps.length);
    for (const nodeId of steps.flatMap((step) => step.reach)) {
      expect(world.ledger.stateOf('node', nodeId).status).not.toBe('none');
    }
  });

  it('keeps the space of every brick with a step that makes or removes it', async () => {
    const { world, phases } = await planOf(kind);
    const { brickSets, expansion } = world.ledger.stateOf('volume', 'v1');
    const touched = { 'volume-create': brickSets, 'volume-delete': brickSets, 'volume-expand': expansion?.brickSets };
    const bricks = (touched[kind as keyof typeof touched] ?? []).flat();
    const owed = phases.flatMap((phase) => phase.steps).flatMap((step) => step.brick ?? []);
    expect(owed).toEqual(bricks);
  });

  it('says from which phase on there is no way back', async () => {
    const { phases } = await planOf(kind);
    const first = phases.find((phase) => phase.pointOfNoReturn !== undefined);
    expect(registry.of(kind).noWayBackFrom).toBe(first?.name);
  });

  it('says what becomes of it where a step past the point of no return cannot be done', async () => {
    const { phases } = await planOf(kind);
    const first = phases.findIndex((phase) => phase.pointOfNoReturn !== undefined);
    if (first < 0) return;
    expect(phases.slice(first).map((phase) => phase.pointOfNoReturn)).not.toContain(undefined);
  });
});
