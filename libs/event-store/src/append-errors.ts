import pg from 'pg';
import { StreamVersionConflict } from './event-store.js';

/** Raised by brickyard.append_events where a stream is not at its expected version. */
const VERSION_CONFLICT = 'BY001';
const UNIQUE_VIOLATION = '23505';

/** What an append failed with, in the terms of the port; everything else as it is. */
export function appendError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  if (error.code === VERSION_CONFLICT && error.detail !== undefined) {
    const found = JSON.parse(error.detail) as { kind: string; id: string; expected: number; actual: number };
    return new StreamVersionConflict(found.kind, found.id, found.expected, found.actual);
  }
  if (error.code === UNIQUE_VIOLATION && error.constraint === 'event_pkey') {
    // Reached only past the stream's row: somebody inserted without the append function.
    const taken = /=\((.+), (.+), (\d+)\)/.exec(error.detail ?? '');
    const version = Number(taken?.[3]);
    return new StreamVersionConflict(taken?.[1] ?? '', taken?.[2] ?? '', version - 1, version);
  }
  return error;
}
