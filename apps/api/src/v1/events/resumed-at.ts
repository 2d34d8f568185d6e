import { isBeyondLog, isPosition, type LogPosition } from '#event-store';
import type { Sql } from '#kernel';
import type { WireRequest } from '../../wire/wire-request.js';
import { invalidRequest } from '../frame/problem.js';

/**
 * Where a reader goes on; null: it says nothing. The header of a client that comes back says more than the address that it
 * began with.
 * @throws Problem 400 for what is no place in this log
 */
export async function resumedAt(
  sql: Sql,
  request: Pick<WireRequest, 'headers'>,
  after: string | undefined,
): Promise<LogPosition | null> {
  const sent = request.headers['last-event-id'];
  const [field, text] = typeof sent === 'string' ? ['Last-Event-ID', sent] : ['after', after];
  if (text === undefined) return null;
  const no = (message: string): Error => invalidRequest([{ field, message }]);
  if (!isPosition(text))
    throw no('must be the id of an event of a stream, such as 1234:56: leave it out to begin anew');
  // It would wait until the log gets there, and miss everything before.
  if (await isBeyondLog(sql, text)) {
    throw no(
      'is beyond the end of the log: it is of another installation, or the database was taken back to a backup. Begin anew, from 0:0 or the present',
    );
  }
  return text;
}
