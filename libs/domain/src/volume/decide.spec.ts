import { describe, expect, it } from 'vitest';
import { specificationOf } from '../testing/decider-specification.js';
import { sampleBrickSet, sampleId, sampleVolume } from '../testing/samples.js';
import { type VolumeCommand, volumeDecider } from './decide.js';
import type { BrickSets, VolumeEvent } from './events.js';
import { pendingExpansions } from './state.js';

const { given } = specificationOf(volumeDecider);
const operationId = sampleId('operation');
const other = sampleId('other');
const inUse = 'The target exists, contains other items, or is in use.';
const brickSets: BrickSets = [sampleBrickSet(3)];

const accepted: VolumeEvent = { type: 'VolumeCreateAccepted', data: { ...sampleVolume, operationId, brickSets } };
const created: VolumeEvent = { type: 'VolumeCreated', data: { operationId } };
const createFailed: VolumeEvent = { type: 'VolumeCreateFailed', data: { operationId, reason: 'no' } };
const expanding: VolumeEvent = { type: 'VolumeExpandAccepted', data: { operationId, addGiB: 5, brickSets } };
const expanded: VolumeEvent = { type: 'VolumeExpanded', data: { operationId } };
const deleting: VolumeEvent = { type: 'VolumeDeleteAccepted', data: { operationId } };
const deleted: VolumeEvent = { type: 'VolumeDeleted', data: { operationId } };
const active = [accepted, created];

const create: VolumeCommand = { type: 'CreateVolume', operationId, volume: sampleVolume, brickSets };
const expand: VolumeCommand = { type: 'ExpandVolume', operationId, addGiB: 5, brickSets };
const remove: VolumeCommand = { type: 'DeleteVolume', operationId };

describe('creating a volume', () => {
  it('is accepted with its bricks', () => given([]).when(create).then([accepted]));
  it('needs a new id', () => given([accepted]).when(create).thenRefused('conflict', 'Id already exists'));
  it('ends in success or failure, for its operation only', () => {
    const held = given([accepted]);
    held.when({ type: 'FinishVolumeCreate', operationId }).then([created]);
    held.when({ type: 'FailVolumeCreate', operationId, reason: 'no' }).then([createFailed]);
    held.when({ type: 'FinishVolumeCreate', operationId: other }).thenRefused('conflict', inUse);
    held.when({ type: 'FailVolumeCreate', operationId: other, reason: '' }).thenRefused('conflict', inUse);
  });
  it('never takes brick sets that would lose data with one node', () => {
    const [first] = sampleBrickSet(1);
    const twice = [first!, first!, first!];
    given([])
      .when({ ...create, brickSets: [twice] })
      .thenFaulty(/on one node/);
    given([])
      .when({ ...create, brickSets: [sampleBrickSet(2)] })
      .thenFaulty(/2 bricks instead of 3/);
    given([])
      .when({ ...create, brickSets: [] })
      .thenFaulty(/at least one brick set/);
  });
});

describe('expanding a volume', () => {
  it('is accepted', () => given(active).when(expand).then([expanding]));
  it('is accepted again after the last one', () =>
    given([...active, expanding, expanded])
      .when(expand)
      .then([expanding]));
  it('is accepted while another one runs, and waits for it', () =>
    given([...active, expanding])
      .when({ ...expand, operationId: other })
      .then([{ type: 'VolumeExpandAccepted', data: { operationId: other, addGiB: 5, brickSets } }]));
  it('is refused where the volume cannot be seen yet, or is going', () => {
    given([accepted]).when(expand).thenRefused('not-found', 'Id not found');
    given([...active, deleting])
      .when(expand)
      .thenRefused('refused', inUse);
  });
  it('ends in success or failure, for its operation only', () => {
    const held = given([...active, expanding]);
    held.when({ type: 'FinishVolumeExpand', operationId }).then([expanded]);
    held
      .when({ type: 'FailVolumeExpand', operationId, reason: 'add-brick' })
      .then([{ type: 'VolumeExpandFailed', data: { operationId, reason: 'add-brick' } }]);
    held.when({ type: 'FinishVolumeExpand', operationId: other }).thenRefused('conflict', inUse);
    held.when({ type: 'FailVolumeExpand', operationId: other, reason: '' }).thenRefused('conflict', inUse);
  });
});

describe('several expansions', () => {
  const third = sampleId('third');
  const fold = (events: readonly VolumeEvent[]) => events.reduce(volumeDecider.evolve, volumeDecider.initial);
  const accept = (id: string, addGiB: number, bricks: string): VolumeEvent => ({
    type: 'VolumeExpandAccepted',
    data: { operationId: id, addGiB, brickSets: [sampleBrickSet(3, bricks)] },
  });
  const all = [...active, accept(operationId, 10, 'b'), accept(other, 20, 'c'), accept(third, 30, 'd')];
  const size = sampleVolume.sizeGiB;

  it('end each for itself, whatever becomes of the others', () => {
    const state = fold([
      ...all,
      { type: 'VolumeExpandFailed', data: { operationId, reason: 'no' } },
      { type: 'VolumeExpanded', data: { operationId: third } },
    ]);
    expect(state).toMatchObject({ status: 'expanding', operationId: other, sizeGiB: size + 30 });
    expect(pendingExpansions(state).map((pending) => pending.operationId)).toEqual([other]);
    expect(state.brickSets).toEqual([...brickSets, sampleBrickSet(3, 'd')]);
    const ended = fold([
      ...all,
      ...[operationId, other, third].map((id): VolumeEvent => ({ type: 'VolumeExpanded', data: { operationId: id } })),
    ]);
    expect(ended).toMatchObject({ status: 'active', operationId: null, expansion: null, sizeGiB: size + 60 });
    expect(ended).not.toHaveProperty('laterExpansions');
    expect(ended.brickSets).toHaveLength(4);
  });

  it('keep the volume from being deleted until the last one has ended', () => {
    given([...all, { type: 'VolumeExpanded', data: { operationId } }])
      .when(remove)
      .thenRefused('refused', inUse);
  });
});

describe('deleting a volume', () => {
  it('is accepted', () => given(active).when(remove).then([deleting]));
  it("spares Heketi's own database", () => {
    const database: VolumeEvent = {
      type: 'VolumeCreateAccepted',
      data: { ...sampleVolume, name: 'heketidbstorage', operationId, brickSets },
    };
    given([database, created])
      .when(remove)
      .thenRefused('conflict', 'Cannot delete volume containing the Heketi database');
  });
  it.each([{ history: [accepted] }, { history: [...active, expanding] }, { history: [...active, deleting] }])(
    'is refused while pending',
    ({ history }) => given(history).when(remove).thenRefused('refused', inUse),
  );
  it.each([{ history: [] }, { history: [accepted, createFailed] }, { history: [...active, deleting, deleted] }])(
    'needs a volume that is there',
    ({ history }) => {
      given(history).when(remove).thenRefused('not-found', 'Id not found');
      given(history).when(expand).thenRefused('not-found', 'Id not found');
    },
  );
  it('ends in success or failure, for its operation only', () => {
    const held = given([...active, deleting]);
    held.when({ type: 'FinishVolumeDelete', operationId }).then([deleted]);
    held
      .when({ type: 'FailVolumeDelete', operationId, reason: 'busy' })
      .then([{ type: 'VolumeDeleteFailed', data: { operationId, reason: 'busy' } }]);
    held.when({ type: 'FinishVolumeDelete', operationId: other }).thenRefused('conflict', inUse);
    held.when({ type: 'FailVolumeDelete', operationId: other, reason: '' }).thenRefused('conflict', inUse);
  });
});
