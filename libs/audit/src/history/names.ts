import type { AnyEvent, StreamKind } from '#domain';
import type { HistoryKind } from './history-entry.js';

/** What the first event of a stream says of its object, for as long as the log lasts: objects that are gone keep their names. */
export interface KnownObject {
  readonly kind: StreamKind;
  /** A volume's name, a node's manage hostname, a device's path, an operation's kind. */
  readonly name: string;
  /** Of a device: the node that it is in. */
  readonly nodeId?: string;
  /** Of an operation: what it is about. */
  readonly subject?: { readonly kind: StreamKind; readonly id: string };
}

/** What the first event of an object's stream makes known; null for any other event, and for a cluster, which has no name. */
export function knownBy(event: AnyEvent): KnownObject | null {
  if (event.type === 'NodeAddAccepted') {
    return { kind: 'node', name: event.data.manageHostnames[0] ?? event.data.nodeId };
  }
  if (event.type === 'DeviceAddAccepted') {
    return { kind: 'device', name: event.data.name, nodeId: event.data.nodeId };
  }
  if (event.type === 'VolumeCreateAccepted') return { kind: 'volume', name: event.data.name };
  if (event.type !== 'OperationAccepted') return null;
  const { kind: name, subjectKind, subjectId } = event.data;
  return { kind: 'operation', name, subject: { kind: subjectKind, id: subjectId } };
}

/** How people call objects. One that nothing is known of is called by its id. */
export class Names {
  constructor(private readonly known: ReadonlyMap<string, KnownObject>) {}

  of(id: string): KnownObject | undefined {
    return this.known.get(id);
  }

  node(id: string): string {
    return `node ${this.nameOf(id)}`;
  }

  volume(id: string): string {
    return `volume ${this.nameOf(id)}`;
  }

  /** Without its node where that is told anyway. */
  device(id: string, from: HistoryKind): string {
    const nodeId = this.known.get(id)?.nodeId;
    const path = `device ${this.nameOf(id)}`;
    return nodeId === undefined || from === 'node' ? path : `${path} of ${this.node(nodeId)}`;
  }

  /** Such as `volume-create of volume night`. */
  operation(id: string): string {
    const known = this.known.get(id);
    if (known?.subject === undefined) return `operation ${id}`;
    return `${known.name} of ${this.any(known.subject.kind, known.subject.id)}`;
  }

  any(kind: StreamKind, id: string): string {
    switch (kind) {
      case 'node':
        return this.node(id);
      case 'device':
        return this.device(id, 'device');
      case 'volume':
        return this.volume(id);
      case 'operation':
        return this.operation(id);
      case 'cluster':
        return `cluster ${id}`;
    }
  }

  private nameOf(id: string): string {
    return this.known.get(id)?.name ?? id;
  }
}
