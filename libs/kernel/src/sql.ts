/** A value that may be a parameter of a statement. Arrays become Postgres arrays, objects must be serialised by the caller. */
export type SqlValue = string | number | boolean | bigint | Date | Buffer | null | readonly SqlValue[];

/** A row as the driver gives it: bigint and xid8 arrive as strings. */
export type SqlRow = Record<string, unknown>;

/** The one way to Postgres: plain SQL with parameters. */
export interface Sql {
  query<Row extends object = SqlRow>(text: string, parameters?: readonly SqlValue[]): Promise<Row[]>;
}

/** A connection pool that can also open a transaction; the work is rolled back when it throws. */
export interface Database extends Sql {
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
}
