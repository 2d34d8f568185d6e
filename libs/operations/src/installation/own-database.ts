import type { Database, Sql, SqlRow, SqlValue } from '#kernel';
import type { InstallationWatch } from './installation-watch.js';

/** A database that is used only while it is that of our installation. */
export class OwnDatabase implements Database {
  constructor(
    private readonly inner: Database,
    private readonly installation: Pick<InstallationWatch, 'assertOurs'>,
  ) {}

  /** @throws ForeignInstallation; what the database throws */
  async query<Row extends object = SqlRow>(text: string, parameters?: readonly SqlValue[]): Promise<Row[]> {
    this.installation.assertOurs();
    return this.inner.query<Row>(text, parameters);
  }

  /** @throws ForeignInstallation; what the database throws */
  async transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    this.installation.assertOurs();
    return this.inner.transaction(work);
  }
}
