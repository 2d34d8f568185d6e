import { failureReasons, type OperationTimeline, withoutCommandReasons } from '#audit';
import type { OperationState } from '#domain';
import type { Reason } from '#kernel';
import { progressOf } from '#operations';
import type { OperationEntry } from '#read-model';
import type { z } from 'zod';
import type { operationDetail, operationSummary, statuses } from './operation-schema.js';

type Summary = z.input<typeof operationSummary>;
type Detail = z.input<typeof operationDetail>;

/** Who asks: not everybody may know how things are done on nodes. */
export interface Onlooker {
  readonly seesCommands: boolean;
}

/** @param timeline as much of the operation's course as its failures need */
export function summaryJson(entry: OperationEntry, timeline: OperationTimeline, onlooker: Onlooker): Summary {
  const { operation, acceptedAt, startedAt, endedAt, requestedBy, waitsFor } = entry;
  const { operationId: id, kind, status, subjectKind, subjectId, clusterId, attempt, worker } = operation;
  const { location, cleanupId = null, cancelRequested, outOfReach = {} } = operation;
  return {
    id,
    kind,
    status: known(status),
    subject: { kind: subjectKind, id: subjectId },
    clusterId,
    requestedBy,
    acceptedAt: acceptedAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
    attempts: attempt,
    worker,
    progress: progressOf(operation, entry.volume),
    waitsFor: waitsFor && { ...waitsFor, status: known(waitsFor.status as OperationState['status']) },
    nodesOutOfReach: Object.entries(outOfReach).map(([nodeId, since]) => ({ nodeId, since })),
    cancelRequested: cancelRequested === undefined ? null : { by: cancelRequested.by, issuer: cancelRequested.issuer },
    failure: failureJson(operation, timeline, onlooker),
    location,
    cleanupId,
  };
}

export function detailJson(entry: OperationEntry, timeline: OperationTimeline, onlooker: Onlooker): Detail {
  const { runs, phases, cancelRequested, compensation } = timeline;
  return {
    ...summaryJson(entry, timeline, onlooker),
    resources: [...entry.operation.resources],
    runs: runs.map(({ attempt, worker, startedAt }) => ({ attempt, worker, startedAt: startedAt.toISOString() })),
    phases: phases.map(({ name, startedAt, steps }) => ({
      name,
      startedAt: startedAt.toISOString(),
      steps: steps.map((step) => ({
        ...step,
        tries: step.tries.map(({ at, commands, observed, ...rest }) => ({
          ...rest,
          at: at.toISOString(),
          observed: structuredClone(observed),
          commands: onlooker.seesCommands ? [...commands] : [],
        })),
      })),
    })),
    cancelRequestedAt: cancelRequested?.at.toISOString() ?? null,
    compensatingSince: compensation?.at.toISOString() ?? null,
  };
}

function failureJson(
  { status, reason, reasons: refusal }: OperationState,
  timeline: OperationTimeline,
  { seesCommands }: Onlooker,
): Summary['failure'] {
  if (status !== 'failed' && status !== 'compensating') return null;
  // One that was refused as it was decided on has sent nothing to any node.
  const reasons = refusal ?? failureReasons(timeline);
  return { reason: reason ?? '', reasons: mutable(seesCommands ? reasons : withoutCommandReasons(reasons)) };
}

type Reasons = NonNullable<Summary['failure']>['reasons'];

function mutable(reasons: readonly Reason[]): Reasons {
  return structuredClone(reasons) as Reasons;
}

/** Every operation that has a row was accepted. */
function known(status: OperationState['status']): (typeof statuses)[number] {
  return status === 'none' ? 'accepted' : status;
}
