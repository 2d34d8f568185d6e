import type { StateOf } from '#domain';
import type { EventStore, LogPosition } from '#event-store';
import type { Sql } from '#kernel';
import { changedObjects } from './changed-objects.js';
import { LiveObjects } from './live-objects.js';
import { foldStreamsPast } from './fold-streams.js';
import { type Moment, type NoMoment, momentAtPosition, momentAtTime } from './moment.js';
import type { ObjectKind, Objects } from './objects.js';
import { PastObjects } from './past-objects.js';

/** Some objects of each kind. */
export type ObjectSets = { readonly [K in ObjectKind]: readonly StateOf<K>[] };

/** Objects as they are and as they were. */
export interface ObjectHistory {
  readonly live: Objects;
  /** The moment of a time or of a position, or why there is none. */
  moment(asked: Date | LogPosition): Promise<Moment | NoMoment>;
  /** @param position of a moment that was found */
  at(position: LogPosition): Objects;
  /**
   * The objects that something happened to after one position and up to another, as they were at both; null where they are
   * more than `limit`. Costs the events in between and the streams of those objects.
   */
  changed(
    after: LogPosition,
    upTo: LogPosition,
    limit: number,
  ): Promise<{ readonly before: ObjectSets; readonly after: ObjectSets } | null>;
}

/** On Postgres: the read model for the present, the log for the past. */
export class PostgresObjectHistory implements ObjectHistory {
  readonly live: Objects;
  readonly #sql: Sql;
  readonly #eventStore: EventStore;

  constructor(sql: Sql, eventStore: EventStore) {
    this.live = new LiveObjects(sql);
    this.#sql = sql;
    this.#eventStore = eventStore;
  }

  moment(asked: Date | LogPosition): Promise<Moment | NoMoment> {
    return asked instanceof Date ? momentAtTime(this.#sql, asked) : momentAtPosition(this.#sql, asked);
  }

  at(position: LogPosition): PastObjects {
    return new PastObjects({ sql: this.#sql, eventStore: this.#eventStore }, position);
  }

  async changed(
    after: LogPosition,
    upTo: LogPosition,
    limit: number,
  ): Promise<{ readonly before: ObjectSets; readonly after: ObjectSets } | null> {
    const changed = await changedObjects(this.#sql, after, upTo, limit);
    if (changed.length > limit) return null;
    const log = { sql: this.#sql, eventStore: this.#eventStore };
    const of = async <K extends ObjectKind>(kind: K) => {
      const ids = changed.filter((one) => one.kind === kind).map(({ id }) => id);
      const { before, after: at } = await foldStreamsPast(log, kind, ids, after, upTo);
      return { before: [...before.values()], after: [...at.values()] };
    };
    const [cluster, node, device, volume] = [
      await of('cluster'),
      await of('node'),
      await of('device'),
      await of('volume'),
    ];
    return {
      before: { cluster: cluster.before, node: node.before, device: device.before, volume: volume.before },
      after: { cluster: cluster.after, node: node.after, device: device.after, volume: volume.after },
    };
  }
}
