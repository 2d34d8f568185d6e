import type { ClientBase } from 'pg';
import type { Sql } from '#kernel';

/** The database is not that of our installation: nothing may be changed in it, or done on its word. */
export class ForeignInstallation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ForeignInstallation';
  }
}

const NO_TABLE = new Set(['42P01', '3F000']);

/** The id that a database got when it was made; every replica on it has the same, and a restored copy keeps it. null: empty */
async function installationOf(sql: Sql): Promise<string | null> {
  try {
    const [row] = await sql.query<{ id: string }>('select id from brickyard.installation');
    return row?.id ?? null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && NO_TABLE.has(String(error.code))) return null;
    throw error;
  }
}

/** See installationOf. @throws Error where there is none */
export async function readInstallationId(sql: Sql): Promise<string> {
  const id = await installationOf(sql);
  if (id === null)
    throw new Error('the table brickyard.installation is empty, though a migration fills it: restore it from a backup');
  return id;
}

/** Keeps a process on the database that it began with. */
export class InstallationPin {
  #id: string | null = null;

  /** @returns the id @throws ForeignInstallation where it is not the one that was seen first, or where there is none */
  async check(sql: Sql): Promise<string> {
    const id = await installationOf(sql);
    if (id === null && this.#id === null) {
      throw new ForeignInstallation(
        'The database is empty: there is no Brickyard in it. Run "brickyard migrate", or restore a backup',
      );
    }
    this.#id ??= id;
    if (id !== null && id === this.#id) return id;
    throw new ForeignInstallation(
      `The database was exchanged: this process began with that of installation ${String(this.#id)}, and behind the same address ` +
        `there is now ${id === null ? 'an empty one' : `that of installation ${id}`}. Bring the right one back, from a backup if ` +
        'need be; where the new one is right, restart the process',
    );
  }

  /** For each new connection before its first use: a server that is exchanged breaks those that there were. */
  async greet(client: ClientBase): Promise<void> {
    await this.check({ query: async <Row extends object>(text: string) => (await client.query<Row>(text)).rows });
  }
}
