import { type Contents, nodeDecider, type NodeState } from '#domain';
import { acceptOperation, type OperationRequest } from '#operations';
import type { Change, Loaded } from '#read-model';

/**
 * What accepting the deletion of a node changes. Pure.
 * @param devices that it has
 * @throws DomainError with Heketi's text
 */
export function decideNodeDelete(
  { state, version }: Loaded<NodeState>,
  devices: Contents,
  { operationId, requestedBy }: Pick<OperationRequest, 'operationId' | 'requestedBy'>,
): readonly Change[] {
  const { nodeId, clusterId } = state;
  const events = nodeDecider.decide({ type: 'DeleteNode', operationId, devices }, state);
  return [
    acceptOperation({ operationId, kind: 'node-delete', subjectId: nodeId, clusterId, requestedBy }),
    { kind: 'node', id: nodeId, expectedVersion: version, events },
  ];
}
