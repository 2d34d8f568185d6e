import type { Sql } from '#kernel';

/** A client's key for one request. Two clients may use the same one for different things. */
export interface ClientKey {
  readonly issuer: string;
  readonly actor: string;
  readonly key: string;
}

/** What a request was answered, and which request it was. */
export interface AnswerRecord {
  /** Method and path, for people. */
  readonly request: string;
  /** The same for requests that ask for the same. */
  readonly digest: string;
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
  };
}

const BY_KEY = 'where issuer = $1 and actor = $2 and key = $3';

/** A row of another lock of the same name would only make strangers wait for each other. */
const HOLD = 'select pg_advisory_xact_lock(hashtextextended($1, 0))';

const ADD = `
insert into brickyard.idempotency_record (issuer, actor, key, request, digest, answer) values ($1, $2, $3, $4, $5, $6)`;

/** The oldest first, so that a table that has grown in an outage of the duty shrinks from its end. */
const REMOVE = `
with old as (
  select ctid from brickyard.idempotency_record
  where recorded_at < clock_timestamp() - $1::double precision * interval '1 millisecond'
  order by recorded_at limit $2)
delete from brickyard.idempotency_record r using old where r.ctid = old.ctid
returning 1`;

/**
 * Answers that clients were given, in brickyard.idempotency_record. Given a pool it sees what was committed; given a
 * transaction's `sql`, what it adds commits with the change that the answer is about, or not at all.
 */
export class AnswerRecords {
  constructor(private readonly sql: Sql) {}

  async find({ issuer, actor, key }: ClientKey): Promise<AnswerRecord | null> {
    const [record] = await this.sql.query<AnswerRecord>(
      `select request, digest, answer from brickyard.idempotency_record ${BY_KEY}`,
      [issuer, actor, key],
    );
    return record ?? null;
  }

  /** In a transaction: lets nobody else hold the key until its end. Look again after it: who was waited for may have answered. */
  async hold({ issuer, actor, key }: ClientKey): Promise<void> {
    await this.sql.query(HOLD, [`idempotency/${JSON.stringify([issuer, actor, key])}`]);
  }

  /** @throws the driver's unique violation where the key has an answer */
  async add({ issuer, actor, key }: ClientKey, { request, digest, answer }: AnswerRecord): Promise<void> {
    await this.sql.query(ADD, [issuer, actor, key, request, digest, JSON.stringify(answer)]);
  }

  /** Removes at most `limit` of those that are older than `keepMs`, by the database's clock. @returns how many */
  async removeOld(keepMs: number, limit: number): Promise<number> {
    const removed = await this.sql.query(REMOVE, [keepMs, limit]);
    return removed.length;
  }
}
