import type { Sql } from '#kernel';

/** The id that a database got when it was made; every replica on it has the same, and a restored copy keeps it. */
export async function readInstallationId(sql: Sql): Promise<string> {
  const [row] = await sql.query<{ id: string }>('select id from brickyard.installation');
  if (row === undefined)
    throw new Error('the table brickyard.installation is empty, though a migration fills it: restore it from a backup');
  return row.id;
}
