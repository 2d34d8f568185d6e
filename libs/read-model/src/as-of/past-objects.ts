import type { BrickReservation, StateOf } from '#domain';
import { type LogPosition, splitPosition } from '#event-store';
import { type LogSource, bricksOn, foldStreams } from './fold-streams.js';
import type { ObjectKind, ObjectPage, Objects, TopologyStates } from './objects.js';

/** How many streams one page looks at: of those, many may have begun later, or have been over by then. */
const STREAMS_PER_PAGE = 1000;
const OBJECTS_PER_FOLD = 200;

/**
 * Objects as they were at a place in the log: their streams up to there, folded. One object costs its own stream, a list the
 * streams of a page. Nothing is cached and nothing is written.
 */
export class PastObjects implements Objects {
  readonly #log: LogSource;
  readonly #position: LogPosition;

  constructor(log: LogSource, position: LogPosition) {
    this.#log = log;
    this.#position = position;
  }

  async get<K extends ObjectKind>(kind: K, id: string): Promise<StateOf<K> | null> {
    return (await this.#fold(kind, [id])).get(id) ?? null;
  }

  async page<K extends ObjectKind>(kind: K, after: string | null, limit: number): Promise<ObjectPage<StateOf<K>>> {
    const { ids, last } = await this.#streams(kind, after);
    const found: [string, StateOf<K>][] = [];
    let done = 0;
    // Of objects that are gone there may be many in a row: looking for a few, one would ask for each.
    for (let some = limit; done < ids.length && found.length < limit; some *= 2) {
      const next = ids.slice(done, done + Math.min(some, OBJECTS_PER_FOLD));
      found.push(...(await this.#fold(kind, next)));
      done += next.length;
    }
    const states = found.slice(0, limit).map(([, state]) => state);
    if (found.length > limit) return { states, next: found[limit - 1]?.[0] ?? null };
    return { states, next: done < ids.length ? (ids[done - 1] ?? null) : last };
  }

  async topology(): Promise<TopologyStates> {
    return {
      clusters: await this.#all('cluster'),
      nodes: await this.#all('node'),
      devices: await this.#all('device'),
    };
  }

  async bricks(deviceId: string, after: string | null, limit: number): Promise<ObjectPage<BrickReservation>> {
    const bricks = await bricksOn(this.#log, deviceId, this.#position);
    const ids = [...bricks.keys()].filter((id) => after === null || id > after).sort();
    const states = ids.slice(0, limit).flatMap((id) => bricks.get(id) ?? []);
    return { states, next: ids.length > limit ? (ids[limit - 1] ?? null) : null };
  }

  /** The states of those that existed. @param ids sorted */
  #fold<K extends ObjectKind>(kind: K, ids: readonly string[]): Promise<Map<string, StateOf<K>>> {
    return foldStreams(this.#log, kind, ids, this.#position);
  }

  async #all<K extends ObjectKind>(kind: K): Promise<StateOf<K>[]> {
    const states: StateOf<K>[] = [];
    let after: string | null = null;
    do {
      const page: ObjectPage<StateOf<K>> = await this.page(kind, after, OBJECTS_PER_FOLD);
      states.push(...page.states);
      after = page.next;
    } while (after !== null);
    return states;
  }

  /** Streams that had begun, among the next ones. `last`: where to go on after them, null at the end of all streams. */
  async #streams(kind: ObjectKind, after: string | null): Promise<{ ids: string[]; last: string | null }> {
    const { transactionId, globalPosition } = splitPosition(this.#position);
    const rows = await this.#log.sql.query<{ id: string; begun: boolean }>(
      `select s.id, (e.transaction_id, e.global_position) <= ($3::xid8, $4::bigint) as begun
       from (select kind, id from brickyard.event_stream where kind = $1 and id > $2 order by id limit $5) s
       join brickyard.event e on e.stream_kind = s.kind and e.stream_id = s.id and e.stream_version = 1
       order by s.id`,
      [kind, after ?? '', transactionId, globalPosition, STREAMS_PER_PAGE],
    );
    const last = rows.length < STREAMS_PER_PAGE ? null : (rows.at(-1)?.id ?? null);
    return { ids: rows.filter(({ begun }) => begun).map(({ id }) => id), last };
  }
}
