import { evolvers } from '#domain';
import type { Queries } from '#read-model';
import type { LoadState } from '../workflows/workflow.js';

/** The state of any object; that of one that never was, or is gone, is the initial one. */
export function stateLoader(queries: Pick<Queries, 'state'>): LoadState {
  return async (kind, id) => (await queries.state(kind, id)) ?? evolvers[kind].initial;
}
