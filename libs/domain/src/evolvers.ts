import { evolveCluster } from './cluster/evolve.js';
import { noCluster } from './cluster/state.js';
import { evolveDevice } from './device/evolve.js';
import { noDevice } from './device/state.js';
import { evolveNode } from './node/evolve.js';
import { noNode } from './node/state.js';
import { evolveOperation } from './operation/evolve.js';
import { noOperation } from './operation/state.js';
import type { EventOf, StateOf, StreamKind } from './streams.js';
import { evolveVolume } from './volume/evolve.js';
import { noVolume } from './volume/state.js';

/** How the events of each kind of stream fold into its state. States are plain JSON: they survive a trip through jsonb. */
export const evolvers: {
  readonly [K in StreamKind]: {
    readonly initial: StateOf<K>;
    readonly evolve: (state: StateOf<K>, event: EventOf<K>) => StateOf<K>;
  };
} = {
  cluster: { initial: noCluster, evolve: evolveCluster },
  node: { initial: noNode, evolve: evolveNode },
  device: { initial: noDevice, evolve: evolveDevice },
  volume: { initial: noVolume, evolve: evolveVolume },
  operation: { initial: noOperation, evolve: evolveOperation },
};
