import type { Sql } from '#kernel';
import type { BrokenStream } from './sealed-log.js';

const STREAMS_AT_ONCE = 500;

/** Version and events in one statement, so that an append under way is in both or in neither. */
const page = `
select s.kind, s.id, s.version, coalesce(e.last, 0) as last, e.count
from (
  select kind, id, version from brickyard.event_stream where (kind, id) > ($1, $2) order by kind, id limit ${STREAMS_AT_ONCE.toString()}
) s
cross join lateral (
  select max(v.stream_version) as last, count(*) as count from brickyard.event v
  where v.stream_kind = s.kind and v.stream_id = s.id
) e
order by s.kind, s.id`;

interface StreamRow {
  readonly kind: string;
  readonly id: string;
  readonly version: string;
  readonly last: string;
  readonly count: string;
}

const gaps = `
select before + 1 as "from", version - 1 as "to" from (
  select stream_version as version, lag(stream_version, 1, 0::bigint) over (order by stream_version) as before
  from brickyard.event where stream_kind = $1 and stream_id = $2
) v
where version > before + 1 order by version`;

/** The streams whose events are not 1, 2, 3 ... up to their version. */
export async function* streamsThatAreBroken(sql: Sql): AsyncGenerator<BrokenStream, void, undefined> {
  let after: Pick<StreamRow, 'kind' | 'id'> = { kind: '', id: '' };
  for (;;) {
    const rows = await sql.query<StreamRow>(page, [after.kind, after.id]);
    for (const { kind, id, version, last, count } of rows) {
      if (version === last && count === last) continue;
      const inside = count === last ? [] : await sql.query<{ from: string; to: string }>(gaps, [kind, id]);
      const missing = inside.map(({ from, to }) => ({ from: Number(from), to: Number(to) }));
      const [at, lastVersion] = [Number(version), Number(last)];
      if (lastVersion < at) missing.push({ from: lastVersion + 1, to: at });
      yield { kind, id, version: at, missing, lastVersion };
    }
    const end = rows.at(-1);
    if (end === undefined) return;
    after = end;
  }
}
