import type { Database, Sql } from '#kernel';
import { LeaseLostError, type Lease, type Leases } from './leases.js';

// Every statement takes its row locks in the byte order of the keys, so that two of them can never wait for each other.
// clock_timestamp(), not now(): a statement that waited for a row must judge by the time at which it got it.

/** A key that is held is left alone and not returned. Its row stays locked until the end of the transaction. */
const CLAIM = `
insert into brickyard.lease as l (key, owner, epoch, until)
select w.key, $2, 1, clock_timestamp() + $3::double precision * interval '1 millisecond'
from unnest($1::text[]) as w (key)
order by w.key collate "C"
on conflict (key) do update set owner = excluded.owner, epoch = l.epoch + 1,
  until = clock_timestamp() + $3::double precision * interval '1 millisecond'
where l.until <= clock_timestamp()
returning l.key, l.epoch`;

const MINE = `
select l.key from brickyard.lease l
join unnest($1::text[], $2::bigint[]) as w (key, epoch) on w.key = l.key and w.epoch = l.epoch
where l.owner = $3
order by l.key collate "C"`;

const RENEW = `
with mine as (${MINE} for update of l)
update brickyard.lease l set until = clock_timestamp() + $4::double precision * interval '1 millisecond'
from mine where l.key = mine.key
returning l.key`;

const RELEASE = `
with mine as (${MINE} for update of l)
update brickyard.lease l set owner = null, until = clock_timestamp()
from mine where l.key = mine.key
returning l.key`;

const HELD = 'select key from brickyard.lease where key = any ($1::text[]) and until > clock_timestamp()';

class HeldElsewhere extends Error {}

/** Leases in the table brickyard.lease. Only the database's clock counts. */
export class PostgresLeases implements Leases {
  constructor(private readonly database: Database) {}

  async claim(keys: readonly string[], owner: string, ttlMs: number): Promise<Lease | null> {
    const wanted = [...new Set(keys)].sort();
    if (wanted.length === 0) return { owner, epochs: {} };
    try {
      return await this.database.transaction(async (tx) => {
        const rows = await tx.query<{ key: string; epoch: string }>(CLAIM, [wanted, owner, ttlMs]);
        if (rows.length < wanted.length) throw new HeldElsewhere();
        return { owner, epochs: Object.fromEntries(rows.map((row) => [row.key, Number(row.epoch)])) };
      });
    } catch (error) {
      if (error instanceof HeldElsewhere) return null;
      throw error;
    }
  }

  async renew(lease: Lease, ttlMs: number): Promise<void> {
    const rows = await this.database.query<{ key: string }>(RENEW, [...parameters(lease), ttlMs]);
    assertAll(lease, rows);
  }

  async release(lease: Lease): Promise<void> {
    await this.database.query(RELEASE, parameters(lease));
  }

  /** Whether the time has run out does not matter here: while the epoch is ours nobody else can have written. */
  async assertHeld(tx: Sql, lease: Lease): Promise<void> {
    assertAll(lease, await tx.query<{ key: string }>(`${MINE} for share of l`, parameters(lease)));
  }

  async heldAmong(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ key: string }>(HELD, [[...new Set(keys)]]);
    return new Set(rows.map((row) => row.key));
  }
}

function parameters(lease: Lease): [string[], number[], string] {
  return [Object.keys(lease.epochs), Object.values(lease.epochs), lease.owner];
}

function assertAll(lease: Lease, rows: readonly { readonly key: string }[]): void {
  const held = new Set(rows.map((row) => row.key));
  const lost = Object.keys(lease.epochs).filter((key) => !held.has(key));
  if (lost.length > 0) throw new LeaseLostError(lost);
}
