import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DomainEvent, fold } from '#kernel';
import { evolvers } from '../evolvers.js';
import type { EventOf, StateOf, StreamKind } from '../streams.js';

/**
 * Histories as version 1 wrote them, and the states that they folded into. Logs that exist hold such events for ever: when
 * this spec fails, the schema needs a new version and an upcaster, not a new fixture.
 */
type Histories = { readonly [K in StreamKind]: readonly History<StateOf<K>, EventOf<K>>[] };
const histories = JSON.parse(readFileSync(new URL('./events-v1.json', import.meta.url), 'utf8')) as Histories;

/** Every type of event; the compiler asks for a line here when one is added. */
const types: { readonly [K in StreamKind]: Readonly<Record<EventOf<K>['type'], true>> } = {
  cluster: { ClusterCreated: true, ClusterFlagsChanged: true, ClusterDeleted: true },
  node: {
    NodeAddAccepted: true,
    NodeAdded: true,
    NodeAddFailed: true,
    NodeHostKeyPinned: true,
    NodeStateChanged: true,
    NodeTagsChanged: true,
    NodeDeleteAccepted: true,
    NodeDeleted: true,
    NodeDeleteFailed: true,
  },
  device: {
    DeviceAddAccepted: true,
    DeviceAdded: true,
    DeviceAddFailed: true,
    DeviceStateChanged: true,
    DeviceTagsChanged: true,
    DeviceResynced: true,
    BrickReserved: true,
    BrickReleased: true,
    DeviceDeleteAccepted: true,
    DeviceDeleted: true,
    DeviceDeleteFailed: true,
  },
  volume: {
    VolumeCreateAccepted: true,
    VolumeCreated: true,
    VolumeCreateFailed: true,
    VolumeExpandAccepted: true,
    VolumeExpanded: true,
    VolumeExpandFailed: true,
    VolumeDeleteAccepted: true,
    VolumeDeleted: true,
    VolumeDeleteFailed: true,
  },
  operation: {
    OperationAccepted: true,
    OperationStarted: true,
    PhaseStarted: true,
    StepSucceeded: true,
    StepFailed: true,
    OperationCancelRequested: true,
    CompensationStarted: true,
    StepUndone: true,
    StepUndoFailed: true,
    OperationSucceeded: true,
    OperationFailed: true,
  },
};

interface History<State, Event> {
  readonly name: string;
  readonly events: readonly Event[];
  readonly state: State;
}

function specify<State, Event extends DomainEvent>(
  { initial, evolve }: { readonly initial: State; readonly evolve: (state: State, event: Event) => State },
  samples: readonly History<State, Event>[],
  all: Readonly<Record<string, true>>,
): void {
  it.each(samples)('fold into the same state as ever: $name', ({ events, state }) => {
    const folded = fold(evolve, initial, events);
    expect(folded).toEqual(state);
    expect(JSON.parse(JSON.stringify(folded))).toEqual(folded);
  });

  it('are all here', () => {
    const seen = new Set(samples.flatMap(({ events }) => events.map(({ type }) => type)));
    expect([...seen].sort()).toEqual(Object.keys(all).sort());
  });
}

describe('the events of a cluster', () => specify(evolvers.cluster, histories.cluster, types.cluster));
describe('the events of a node', () => specify(evolvers.node, histories.node, types.node));
describe('the events of a device', () => specify(evolvers.device, histories.device, types.device));
describe('the events of a volume', () => specify(evolvers.volume, histories.volume, types.volume));
describe('the events of an operation', () => specify(evolvers.operation, histories.operation, types.operation));
