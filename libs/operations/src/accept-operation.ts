import type { RequestedKind, SubjectKind } from '#domain';
import type { Json } from '#kernel';
import type { Change } from '#read-model';
import { leaseKeys } from './leases/leases.js';

/** What the API knows of an operation that it accepts. */
export interface OperationRequest {
  readonly operationId: string;
  readonly kind: RequestedKind;
  /** The node, device or volume; a new one has its id already. */
  readonly subjectId: string;
  readonly clusterId: string;
  /** The issuer that asks. */
  readonly requestedBy: string;
  /** Of a device that is to be added: set-ups on one node take turns, so that none wipes what another is making. */
  readonly nodeId?: string;
  /** volume-expand: `rebalance` (default true); device-delete: `forceForget` (default false). */
  readonly payload?: Readonly<Record<string, Json>>;
  /** Of a creation that has a name: what its request asks for. */
  readonly requestDigest?: string;
}

/**
 * The first change of an operation's stream, to be appended together with what it means for its subject. The operation's
 * result is at `/nodes/ID` for node-add, at `/volumes/ID` for volume-create and volume-expand, and nowhere for the others.
 */
export function acceptOperation(request: OperationRequest): Change<'operation'> {
  const { operationId, kind, subjectId, clusterId, requestedBy, payload = {}, requestDigest } = request;
  const subjectKind = subjectKinds[kind];
  const resources = resourcesOf(request);
  const described = { operationId, kind, subjectKind, subjectId, clusterId, requestedBy, resources, payload };
  return {
    kind: 'operation',
    id: operationId,
    expectedVersion: 0,
    events: [
      {
        type: 'OperationAccepted',
        data: requestDigest === undefined ? described : { ...described, requestDigest },
      },
    ],
  };
}

const subjectKinds: Readonly<Record<RequestedKind, SubjectKind>> = {
  'node-add': 'node',
  'node-delete': 'node',
  'node-state': 'node',
  'device-add': 'device',
  'device-delete': 'device',
  'device-state': 'device',
  'device-resync': 'device',
  'volume-create': 'volume',
  'volume-expand': 'volume',
  'volume-delete': 'volume',
};

function resourcesOf({ kind, subjectId, clusterId, nodeId }: OperationRequest): string[] {
  switch (kind) {
    case 'node-add':
    case 'node-delete':
      return [leaseKeys.node(subjectId), leaseKeys.peers(clusterId)];
    case 'device-add':
      return [leaseKeys.device(subjectId), ...(nodeId === undefined ? [] : [leaseKeys.node(nodeId)])];
    case 'device-delete':
    case 'device-resync':
      return [leaseKeys.device(subjectId)];
    case 'volume-create':
    case 'volume-expand':
    case 'volume-delete':
      return [leaseKeys.volume(subjectId)];
    case 'node-state':
    case 'device-state':
      return [];
  }
}
