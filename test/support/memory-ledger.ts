import {
  evolvers,
  type AnyEvent,
  type EventOf,
  type NodeState,
  type OperationState,
  type StateOf,
  type StreamKind,
} from '#domain';
import { fold, type Sql } from '#kernel';
import type { Change, Ledger, LedgerTransaction, Loaded, NodeWithDevices, UnfinishedOperation } from '#read-model';

/** Whether an object is a member of its cluster as placement and workflows see it. */
const present = 'active';

const noSql: Sql = { query: () => Promise.reject(new Error('this ledger is in memory: it has no SQL')) };

/** A ledger in memory, for tests of what is done with it: one transaction at a time, all or nothing. */
export class MemoryLedger implements Ledger {
  readonly #streams = new Map<string, readonly AnyEvent[]>();
  #last: Promise<unknown> = Promise.resolve();
  /** Called before every commit that appends something, and after; a throw is what the caller gets. */
  beforeCommit: (changes: readonly Change[]) => void = () => undefined;
  afterCommit: (changes: readonly Change[]) => void = () => undefined;

  transact<T>(_context: object, work: (tx: LedgerTransaction) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#transact(work));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Puts events at the end of a stream, whatever its version. */
  given<K extends StreamKind>(kind: K, id: string, ...events: readonly EventOf<K>[]): void {
    this.#streams.set(`${kind}/${id}`, [...this.eventsOf(kind, id), ...events]);
  }

  eventsOf<K extends StreamKind>(kind: K, id: string): readonly EventOf<K>[] {
    return this.#streams.get(`${kind}/${id}`) ?? [];
  }

  stateOf<K extends StreamKind>(kind: K, id: string): StateOf<K> {
    return fold(evolvers[kind].evolve, evolvers[kind].initial, this.eventsOf(kind, id));
  }

  operation(id: string): Promise<OperationState | null> {
    const state = this.stateOf('operation', id);
    return Promise.resolve(state.status === 'none' ? null : state);
  }

  state<K extends StreamKind>(kind: K, id: string): Promise<StateOf<K> | null> {
    const state = this.stateOf(kind, id);
    return Promise.resolve(state.status === 'none' || state.status === 'deleted' ? null : state);
  }

  clusterIds(): Promise<string[]> {
    return Promise.resolve(this.#ids('cluster'));
  }

  clusterNodes(clusterId: string): Promise<NodeWithDevices[]> {
    const devices = this.#ids('device').map((id) => this.stateOf('device', id));
    const nodes = this.#ids('node').map((id) => this.stateOf('node', id));
    return Promise.resolve(
      nodes
        .filter((node) => node.clusterId === clusterId && node.status === present)
        .map((node) => ({
          node,
          devices: devices
            .filter((device) => device.nodeId === node.nodeId && device.status === present)
            .map((device) => ({ device, version: this.eventsOf('device', device.deviceId).length })),
        })),
    );
  }

  clusterMembers(clusterId: string): Promise<NodeState[]> {
    const nodes = this.#ids('node').map((id) => this.stateOf('node', id));
    const isMember = ({ status }: NodeState): boolean => status === present || status === 'deleting';
    return Promise.resolve(nodes.filter((node) => node.clusterId === clusterId && isMember(node)));
  }

  hostnameOwner(kind: 'manage' | 'storage', name: string): Promise<string | null> {
    const found = this.#ids('node')
      .map((id) => this.stateOf('node', id))
      .find((node) => {
        const names = kind === 'manage' ? node.manageHostnames : node.storageHostnames;
        return ['adding', present, 'deleting'].includes(node.status) && names.includes(name);
      });
    return Promise.resolve(found?.nodeId ?? null);
  }

  unfinishedOperations(limit: number): Promise<UnfinishedOperation[]> {
    const operations = this.#ids('operation').map((id) => this.stateOf('operation', id));
    const open = operations.filter(({ status }) => status !== 'succeeded' && status !== 'failed');
    return Promise.resolve(
      open.slice(0, limit).map(({ operationId, resources, attempt }) => ({
        operationId,
        resources,
        attempt,
        acceptedAt: new Date(0),
      })),
    );
  }

  #ids(kind: StreamKind): string[] {
    const prefix = `${kind}/`;
    return [...this.#streams.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  }

  async #transact<T>(work: (tx: LedgerTransaction) => Promise<T>): Promise<T> {
    const staged: Change[] = [];
    const result = await work({
      sql: noSql,
      load: <K extends StreamKind>(kind: K, id: string) => {
        const loaded: Loaded<StateOf<K>> = { state: this.stateOf(kind, id), version: this.eventsOf(kind, id).length };
        return Promise.resolve(loaded);
      },
      lockCluster: () => Promise.resolve(),
      append: (changes) => {
        staged.push(...changes.filter((change) => change.events.length > 0));
        return Promise.resolve();
      },
    });
    if (staged.length > 0) this.beforeCommit(staged);
    for (const { kind, id, expectedVersion, events } of staged) {
      const version = this.eventsOf(kind, id).length;
      if (version !== expectedVersion) throw new Error(`${kind}/${id} is at ${version}, not at ${expectedVersion}`);
      this.given(kind, id, ...events);
    }
    if (staged.length > 0) this.afterCommit(staged);
    return result;
  }
}
