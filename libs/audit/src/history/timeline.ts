import type { AnyEvent, BrickReservation } from '#domain';
import type { RecordedEvent } from '#event-store';
import type { EventGroup } from './event-group.js';
import type { HistoryEntry, HistoryKind, HistoryObject, ToldEvent, ToldStep } from './history-entry.js';
import type { Names } from './names.js';
import { refusalSentence, refusalTold } from './refusal-told.js';
import { bricksReleased, bricksReserved } from './sentences/device.js';
import { isKnownType, sentenceOf } from './sentences/sentences.js';
import { toldOperation } from './told-operation.js';

/** Whose events tell what happens to an object, the most telling kind first. */
const sides: Readonly<Record<HistoryKind, readonly string[]>> = {
  cluster: ['cluster', 'node', 'volume', 'device'],
  node: ['node', 'device'],
  device: ['device'],
  brick: ['device', 'volume'],
  volume: ['volume', 'device'],
  operation: ['volume', 'node', 'device', 'cluster'],
};

/** An entry of the history of an object. Pure: the same events and names give the same entry. */
export function entryOf(object: HistoryObject, group: EventGroup, names: Names): HistoryEntry {
  const { head } = group;
  // Whoever asked for the operation, also where the object hears of it only when a worker is done.
  const [accepted = head] = group.operation;
  const { actor, issuer, requestId, sourceAddress, userAgent } = accepted.attribution;
  const changes = changesTo(object, group);
  const operation = toldOperation(group.operation, shownSteps(object, group, names));
  return {
    position: head.position,
    at: head.recordedAt.toISOString(),
    type: head.event.type,
    what: whatOf(object, group, changes, names),
    actor,
    issuer,
    requestId,
    sourceAddress,
    userAgent,
    operationId: operation?.operationId ?? null,
    events: changes.map((event) => toldEvent(object, event, names)),
    operation,
    refusal: refusalTold(head),
  };
}

function changesTo(object: HistoryObject, { about }: EventGroup): RecordedEvent[] {
  const told = sides[object.kind];
  return about.filter(
    ({ streamKind, event }) => told.includes(streamKind) && !(object.kind === 'cluster' && isBrickEvent(event.type)),
  );
}

const isBrickEvent = (type: string): boolean => type === 'BrickReserved' || type === 'BrickReleased';

function toldEvent({ kind }: HistoryObject, recorded: RecordedEvent, names: Names): ToldEvent {
  const { position, recordedAt, streamKind, streamId, event } = recorded;
  const what = sentence(recorded, kind, names);
  return {
    position,
    at: recordedAt.toISOString(),
    type: event.type,
    what,
    object: { kind: streamKind, id: streamId },
    data: event.data,
  };
}

function sentence({ event, streamId }: RecordedEvent, from: HistoryKind, names: Names): string {
  // Events are upcast as they are read: one of a known type has its data.
  return isKnownType(event.type) ? sentenceOf(event as AnyEvent, { streamId, from, names }) : event.type;
}

/** The last event of the most telling kind; bricks that came or went together are told together. */
function whatOf(object: HistoryObject, group: EventGroup, changes: readonly RecordedEvent[], names: Names): string {
  const refused = refusalTold(group.head);
  if (refused !== null) return refusalSentence(refused);
  const own = object.kind === 'operation' ? [] : mostTelling(object.kind, changes);
  const last = own.at(-1) ?? lastOfOperation(object, group) ?? group.head;
  const telling = { streamId: last.streamId, from: object.kind, names };
  const { type } = last.event;
  if (type !== 'BrickReserved' && type !== 'BrickReleased') return sentence(last, object.kind, names);
  const bricks = own.filter(({ event }) => event.type === type).map(({ event }) => event.data as BrickReservation);
  return type === 'BrickReserved' ? bricksReserved(bricks, telling) : bricksReleased(bricks, telling);
}

function mostTelling(kind: HistoryKind, changes: readonly RecordedEvent[]): readonly RecordedEvent[] {
  const found = sides[kind].find((side) => changes.some(({ streamKind }) => streamKind === side));
  return changes.filter(({ streamKind }) => streamKind === found);
}

/** Its end, else that it is being undone, else its acceptance: which worker is at which step is in its story. */
function lastOfOperation({ kind, id }: HistoryObject, { operation, head }: EventGroup): RecordedEvent | undefined {
  if (kind === 'operation' && head.streamKind === 'operation' && head.attribution.correlationId !== id) return head;
  const outcomes: ReadonlySet<string> = new Set(['OperationSucceeded', 'OperationFailed', 'CompensationStarted']);
  return operation.findLast(({ event }) => outcomes.has(event.type)) ?? operation[0];
}

/** All steps of an operation on the object; of others those on its bricks, or with commands on the node. */
function shownSteps(
  object: HistoryObject,
  { operation, about }: EventGroup,
  names: Names,
): (step: ToldStep) => boolean {
  const [accepted] = operation;
  if (accepted?.event.type !== 'OperationAccepted') return () => false;
  const { operationId, subjectId } = accepted.event.data;
  if (object.id === operationId || object.id === subjectId) return () => true;
  if (object.kind === 'node') {
    const host = names.of(object.id)?.name;
    return ({ commands }) => commands.some(({ node }) => node === host);
  }
  if (object.kind === 'brick') return ({ step }) => step === `brick ${object.id}`;
  const bricks = about.flatMap(({ streamKind, streamId, event }) =>
    streamKind === 'device' && streamId === object.id && isBrickEvent(event.type)
      ? [`brick ${(event.data as BrickReservation).brickId}`]
      : [],
  );
  return ({ step }) => bricks.includes(step);
}
