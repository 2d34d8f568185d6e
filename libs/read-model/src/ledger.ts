import type { EventOf, StateOf, StreamKind } from '#domain';
import type { Attribution, Sql } from '#kernel';

/** An object's state together with the version of its stream: what a decision is made on. */
export interface Loaded<State> {
  readonly state: State;
  readonly version: number;
}

/** One stream's share of a change. */
export interface Change<K extends StreamKind = StreamKind> {
  readonly kind: K;
  readonly id: string;
  readonly expectedVersion: number;
  readonly events: readonly EventOf<K>[];
}

/**
 * A change in the making: everything done with it commits or none of it does. Reads come from the read model, which is
 * written in the same transaction as the log and so is the state.
 */
export interface LedgerTransaction {
  /** For statements that belong into the same transaction (leases, reservations). */
  readonly sql: Sql;
  /**
   * The object's state and version; the state's `none` with version 0 where it never was. With `lock`, the row is held
   * (FOR UPDATE) until the end of the transaction, so that rules over several objects cannot race.
   */
  load<K extends StreamKind>(kind: K, id: string, options?: { lock?: boolean }): Promise<Loaded<StateOf<K>>>;
  /** Serialises everything that changes capacity or membership in one cluster, until the end of the transaction. */
  lockCluster(clusterId: string): Promise<void>;
  /** Appends the events and writes the read model rows that follow from them. */
  append(changes: readonly Change[]): Promise<void>;
}

/** The door to every change of state: append and read model in one transaction. */
export interface Ledger {
  /**
   * Runs `work` in a transaction and commits it. A StreamVersionConflict runs it again, at most three times.
   * @param commandId the same id makes a repeated call append nothing twice
   */
  transact<T>(
    context: { readonly attribution: Attribution; readonly commandId: string },
    work: (tx: LedgerTransaction) => Promise<T>,
  ): Promise<T>;
}
