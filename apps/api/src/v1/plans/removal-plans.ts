import {
  type Contents,
  type DeviceState,
  deviceDecider,
  evolvers,
  noDevice,
  noNode,
  requireDevice,
  requireNode,
} from '#domain';
import { DomainError, fold, newId, type Reason } from '#kernel';
import { acceptOperation, changeDeviceState, type OperationRequest } from '#operations';
import type { Change, Queries } from '#read-model';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { ApiDependencies } from '../../dependencies.js';
import { decideDeviceDelete } from '../../devices/decide-device-delete.js';
import { decideNodeDelete } from '../../nodes/decide-node-delete.js';
import { DEPENDENCIES } from '../../tokens.js';
import { carriedOut } from './carried-out.js';
import type { Fixed } from './fixed.js';
import type { removalPlan } from './plan.schemas.js';

export type RemovalPlanAnswer = Fixed<z.input<typeof removalPlan>>;
type PlannedRequest = RemovalPlanAnswer['requests'][number];

/** The requests that remove a device, up to the first one that is refused, and what they change. */
interface DeviceRemoval {
  readonly requests: readonly PlannedRequest[];
  readonly removed: boolean;
  readonly changes: readonly Change[];
}

/** Plans removals by deciding on the requests that they take, one after the other, each on what the one before leaves. */
@Injectable()
export class RemovalPlans {
  constructor(@Inject(DEPENDENCIES) private readonly parts: ApiDependencies) {}

  /** @throws DomainError `not-found` */
  device(deviceId: string, issuer: string): Promise<RemovalPlanAnswer> {
    return this.parts.snapshots(async (queries) => {
      const device = (await queries.state('device', deviceId)) ?? noDevice;
      requireDevice(device);
      const { volumes } = await queries.occupants('device', deviceId);
      const { requests, removed, changes } = deviceRemoval(device, volumes, issuer);
      const asked = { kind: 'device-delete', subjectId: deviceId, clusterId: device.clusterId } as const;
      const how = await howItIsDone(queries, changes, asked);
      return { feasible: removed, ...how, requests, volumes };
    });
  }

  /** @throws DomainError `not-found` */
  node(nodeId: string, issuer: string): Promise<RemovalPlanAnswer> {
    return this.parts.snapshots(async (queries) => {
      const state = (await queries.state('node', nodeId)) ?? noNode;
      requireNode(state);
      const { devices, volumes } = await queries.occupants('node', nodeId);
      const view = await queries.node(nodeId);
      const removals = [];
      for (const { device } of view?.devices ?? []) {
        const on = await queries.occupants('device', device.deviceId);
        removals.push({ deviceId: device.deviceId, ...deviceRemoval(device, on.volumes, issuer) });
      }
      const gone = new Set(removals.filter(({ removed }) => removed).map(({ deviceId }) => deviceId));
      // Those in the making count as well: they are not among the node's devices yet.
      const ids = devices.ids.filter((id) => !gone.has(id));
      const left = { count: devices.count - gone.size, ids };
      const asked = { operationId: newId(), requestedBy: issuer };
      const outcome = attempt(() => decideNodeDelete({ state, version: 0 }, left, asked));
      const last = { method: 'DELETE', path: `/nodes/${nodeId}`, ...outcome.request } as const;
      const deletion = { kind: 'node-delete', subjectId: nodeId, clusterId: state.clusterId } as const;
      const how = await howItIsDone(queries, outcome.changes, deletion);
      const requests = [...removals.flatMap((removal) => removal.requests), last];
      return { feasible: last.accepted, ...how, requests, volumes };
    });
  }
}

/** Offline, failed, deleted; without what is so already. */
function deviceRemoval(device: DeviceState, volumes: Contents, requestedBy: string): DeviceRemoval {
  const { deviceId, clusterId } = device;
  const requests: PlannedRequest[] = [];
  let now = device;
  for (const to of ['offline', 'failed'] as const) {
    if (now.state === to || now.state === 'failed') continue;
    const subject = { subjectId: deviceId, clusterId, requestedBy, payload: { state: to } };
    const request = { operationId: newId(), kind: 'device-state' as const, ...subject };
    const { changes, request: outcome } = attempt(() =>
      changeDeviceState(request, { state: now, version: 0 }, to, volumes),
    );
    requests.push({ method: 'POST', path: `/devices/${deviceId}/state`, body: { state: to }, ...outcome });
    if (!outcome.accepted) return { requests, removed: false, changes: [] };
    now = fold(deviceDecider.evolve, now, eventsOfDevice(changes));
  }
  const asked = { operationId: newId(), requestedBy, forceForget: false };
  const { changes, request } = attempt(() => decideDeviceDelete({ state: now, version: 0 }, volumes, asked));
  requests.push({ method: 'DELETE', path: `/devices/${deviceId}`, ...request });
  return { requests, removed: request.accepted, changes };
}

function eventsOfDevice(changes: readonly Change[]) {
  return changes.flatMap((change) => (change.kind === 'device' ? (change as Change<'device'>).events : []));
}

interface Outcome {
  readonly changes: readonly Change[];
  readonly request: Pick<PlannedRequest, 'accepted' | 'refusal'>;
}

/** A refusal comes at once, or as an operation that has failed as it was accepted. */
function attempt(decide: () => readonly Change[]): Outcome {
  const refused = (detail: string, reasons: readonly Reason[]): Outcome => ({
    changes: [],
    request: { accepted: false, refusal: { detail, reasons } },
  });
  try {
    const changes = decide();
    const begun = changes.find((change): change is Change<'operation'> => change.kind === 'operation');
    const {
      status,
      reason,
      reasons = [],
    } = fold(evolvers.operation.evolve, evolvers.operation.initial, begun?.events ?? []);
    return status === 'failed' ? refused(reason ?? '', reasons) : { changes, request: { accepted: true } };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return refused(error.message, error.reasons);
  }
}

/** How the deletion would be carried out; of one that is refused only what it would wait for is known. */
async function howItIsDone(
  queries: Queries,
  changes: readonly Change[],
  asked: Pick<OperationRequest, 'kind' | 'subjectId' | 'clusterId'>,
): Promise<Pick<RemovalPlanAnswer, 'kind' | 'clusterId' | 'phases' | 'lanes'>> {
  const begun = acceptOperation({ ...asked, operationId: newId(), requestedBy: '' });
  const how = await carriedOut(queries, changes.length === 0 ? [begun] : changes);
  return { ...how, phases: changes.length === 0 ? [] : how.phases };
}
