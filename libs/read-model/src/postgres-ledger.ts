import { evolvers, type StateOf, type StreamKind } from '#domain';
import type { EventStore, RecordedEvent } from '#event-store';
import type { Attribution, Database, Sql } from '#kernel';
import type { Change, Ledger, LedgerTransaction, Loaded } from './ledger.js';
import { loadObject, readRows } from './object-store.js';
import { applyChanges } from './projection/apply.js';
import { mergeChanges, type MergedChanges } from './projection/merge.js';
import { project, versioned } from './projection/project.js';
import type { RowChange } from './projection/rows.js';
import { holdOffRebuild } from './rebuild-lock.js';
import { withRetries } from './retry.js';

interface LedgerContext {
  readonly attribution: Attribution;
  readonly commandId: string;
}

/**
 * The ledger on Postgres: events and rows in one transaction.
 *
 * Done again, at most three times: what certainly left nothing behind (a stream moved on, a deadlock, a name taken
 * meanwhile). Not done again: anything else, a lost connection above all, because the commit may have taken place. Then
 * the caller gets the driver's error and may repeat the call with the same `commandId`: if the first one did commit, its
 * appends are found again, nothing is appended and no row is written. `work` runs on the newest state in any case, so a
 * repeated command must not refuse what it did itself.
 */
export class PostgresLedger implements Ledger {
  readonly #database: Database;
  readonly #eventStore: EventStore;

  constructor(database: Database, eventStore: EventStore) {
    this.#database = database;
    this.#eventStore = eventStore;
  }

  transact<T>(context: LedgerContext, work: (tx: LedgerTransaction) => Promise<T>): Promise<T> {
    return withRetries(() =>
      this.#database.transaction(async (sql) => {
        await sql.query(holdOffRebuild);
        return await work(new PostgresLedgerTransaction(sql, this.#eventStore, context));
      }),
    );
  }
}

class PostgresLedgerTransaction implements LedgerTransaction {
  readonly sql: Sql;
  readonly #eventStore: EventStore;
  readonly #context: LedgerContext;
  readonly #known = new Map<string, Loaded<unknown>>();
  #appends = 0;

  constructor(sql: Sql, eventStore: EventStore, context: LedgerContext) {
    this.sql = sql;
    this.#eventStore = eventStore;
    this.#context = context;
  }

  async load<K extends StreamKind>(kind: K, id: string, options?: { lock?: boolean }): Promise<Loaded<StateOf<K>>> {
    const loaded = await loadObject(this.sql, kind, id, options?.lock ?? false);
    this.#known.set(`${kind}/${id}`, loaded);
    return loaded;
  }

  async lockCluster(clusterId: string): Promise<void> {
    await this.sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`cluster/${clusterId}`]);
  }

  async append(changes: readonly Change[]): Promise<void> {
    const filled = changes.filter(({ events }) => events.length > 0);
    if (filled.length === 0) return;
    const { attribution, commandId } = this.#context;
    // Each append of a transaction is a command of its own to the event store, the first one under the plain id.
    const part = this.#appends === 0 ? commandId : `${commandId}#${this.#appends}`;
    this.#appends += 1;
    const { events, duplicate } = await this.#eventStore.append(this.sql, filled, { attribution, commandId: part });
    if (duplicate) return;
    await this.#loadUnknown(filled);
    const rows: MergedChanges = new Map();
    for (const change of filled) mergeChanges(rows, this.#projected(change, events));
    await applyChanges(this.sql, 'read_model', [...rows.values()]);
  }

  /** The appended streams are ours until the end of the transaction, so their rows can be read as late as now. */
  async #loadUnknown(changes: readonly Change[]): Promise<void> {
    const unknown = changes.filter(
      ({ kind, id, expectedVersion }) =>
        expectedVersion > 0 && this.#known.get(`${kind}/${id}`)?.version !== expectedVersion,
    );
    for (const { kind, id } of unknown) this.#known.delete(`${kind}/${id}`);
    for (const [key, row] of await readRows(this.sql, 'read_model', unknown)) this.#known.set(key, row);
  }

  #projected<K extends StreamKind>(change: Change<K>, recorded: readonly RecordedEvent[]): readonly RowChange[] {
    const { kind, id, expectedVersion, events } = change;
    const before = this.#stateAt(kind, id, expectedVersion);
    const own = recorded.filter(
      ({ streamKind, streamId, streamVersion }) =>
        streamKind === kind &&
        streamId === id &&
        streamVersion > expectedVersion &&
        streamVersion <= expectedVersion + events.length,
    );
    const { changes, ...after } = project(kind, id, before, expectedVersion, own.map(versioned<K>));
    this.#known.set(`${kind}/${id}`, after);
    return changes;
  }

  /** The state that the appended events follow on; the initial one where there is no row. */
  #stateAt<K extends StreamKind>(kind: K, id: string, version: number): StateOf<K> {
    const known = version === 0 ? undefined : this.#known.get(`${kind}/${id}`);
    if (known === undefined) return evolvers[kind].initial;
    if (known.version === version) return known.state as StateOf<K>;
    throw new Error(
      `the row of ${kind}/${id} is at version ${known.version}, its stream at ${version}: run "brickyard db check"`,
    );
  }
}
