import type { ClusterEvent } from './cluster/events.js';
import type { ClusterState } from './cluster/state.js';
import type { DeviceEvent } from './device/events.js';
import type { DeviceState } from './device/state.js';
import type { NodeEvent } from './node/events.js';
import type { NodeState } from './node/state.js';
import type { OperationEvent } from './operation/events.js';
import type { OperationState } from './operation/state.js';
import type { VolumeEvent } from './volume/events.js';
import type { VolumeState } from './volume/state.js';

/** Every kind of stream, with the events that it holds and the state that they fold into. */
export interface StreamKinds {
  readonly cluster: { readonly event: ClusterEvent; readonly state: ClusterState };
  readonly node: { readonly event: NodeEvent; readonly state: NodeState };
  readonly device: { readonly event: DeviceEvent; readonly state: DeviceState };
  readonly volume: { readonly event: VolumeEvent; readonly state: VolumeState };
  readonly operation: { readonly event: OperationEvent; readonly state: OperationState };
}

export type StreamKind = keyof StreamKinds;
export type EventOf<K extends StreamKind> = StreamKinds[K]['event'];
export type StateOf<K extends StreamKind> = StreamKinds[K]['state'];
export type AnyEvent = EventOf<StreamKind>;
