import type { BrickReservation, DeviceEvent, NodeState } from '#domain';
import type { HostnameKind, RowChange, Rows } from './rows.js';

/** Whether an object does not exist: it never did, it was deleted, or its addition failed. */
export function isGone(state: { readonly status: string }): boolean {
  return state.status === 'none' || state.status === 'deleted';
}

/** The names that a node takes or gives up. It holds them from the moment that its addition is accepted. */
export function hostnameChanges(nodeId: string, before: NodeState, after: NodeState): RowChange[] {
  const had = hostnamesOf(nodeId, before);
  const has = hostnamesOf(nodeId, after);
  const taken = [...has].filter(([key]) => !had.has(key));
  const givenUp = [...had].filter(([key]) => !has.has(key));
  return [
    ...taken.map(([, row]): RowChange => ({ table: 'hostname', op: 'upsert', row })),
    ...givenUp.map(([, key]): RowChange => ({ table: 'hostname', op: 'delete', key })),
  ];
}

/** A name that is given twice is held once. */
function hostnamesOf(nodeId: string, node: NodeState): Map<string, Rows['hostname']> {
  if (isGone(node)) return new Map();
  const rows = (kind: HostnameKind, names: readonly string[]): [string, Rows['hostname']][] =>
    names.map((name) => [`${kind}/${name}`, { kind, name, node_id: nodeId }]);
  return new Map([...rows('manage', node.manageHostnames), ...rows('storage', node.storageHostnames)]);
}

/** The bricks that come to and leave a device; the last word on each counts. */
export function brickChanges(events: readonly DeviceEvent[]): RowChange[] {
  const last = new Map<string, RowChange>();
  for (const { type, data } of events) {
    if (type === 'BrickReserved') {
      last.set(data.brickId, { table: 'brick', op: 'upsert', row: brickRow(data) });
    } else if (type === 'BrickReleased') {
      const { brickId, deviceId } = data;
      last.set(brickId, { table: 'brick', op: 'delete', key: { id: brickId, device_id: deviceId } });
    }
  }
  return [...last.values()];
}

function brickRow(brick: BrickReservation): Rows['brick'] {
  return {
    id: brick.brickId,
    device_id: brick.deviceId,
    node_id: brick.nodeId,
    volume_id: brick.volumeId,
    doc: brick,
  };
}
