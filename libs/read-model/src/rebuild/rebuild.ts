import type { Sql } from '#kernel';
import { readModelTables } from '../tables.js';
import { REPLACED, SHADOW, withShadow, type ShadowParts } from './shadow.js';

/**
 * Makes the read model again from the log alone and puts it in the place of the present one. Writers wait only while the
 * last few events are replayed and the schemas change names; readers wait only for the change of names.
 * @throws ShadowInUse while another rebuild or check runs
 */
export async function rebuild(parts: ShadowParts): Promise<void> {
  const startedAt = performance.now();
  await withShadow(parts, changePlaces);
  parts.logger.info({ durationMs: Math.round(performance.now() - startedAt) }, 'read model rebuilt from the log');
}

/**
 * The tables are locked although renaming does not ask for it: a statement that has found the old tables must end before
 * any writer can write to the new ones, or it would miss what its client has already been told.
 */
async function changePlaces(tx: Sql): Promise<void> {
  // Below deadlock_timeout: where a reader and this wait for each other, this one gives way and tries again.
  await tx.query("set local lock_timeout = '500ms'");
  const tables = readModelTables.map((table) => `read_model.${table}`).join(', ');
  await tx.query(`lock table ${tables} in access exclusive mode`);
  await tx.query(`alter schema read_model rename to ${REPLACED}`);
  await tx.query(`alter schema ${SHADOW} rename to read_model`);
}
