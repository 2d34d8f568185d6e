import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Sql } from '#kernel';
import type { Redis } from 'ioredis';

interface Table {
  readonly schema: string;
  readonly name: string;
}

/**
 * Every row of every table of a database as text, by table.
 * @param declared columns that hold what a client sent and are known to, `schema.table.column`
 */
export async function dumpDatabase(sql: Sql, declared: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const tables = await sql.query<Table>(
    `select table_schema as schema, table_name as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  );
  const dump = new Map<string, string>();
  for (const { schema, name } of tables) {
    const left = declared.filter((column) => column.startsWith(`${schema}.${name}.`));
    const without = left.map((column) => ` - '${column.split('.').at(-1) ?? ''}'`).join('');
    const rows = await sql.query<{ row: string }>(
      `select (to_jsonb(t)${without})::text as row from "${schema}"."${name}" t`,
    );
    dump.set(`table ${schema}.${name}`, rows.map(({ row }) => row).join('\n'));
  }
  const [statements] = await sql.query<{ text: string }>(
    `select coalesce(string_agg(query, E'\\n'), '') as text from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  );
  return dump.set('statements under way', statements?.text ?? '');
}

const READ_ALL = `
local all = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local kind = redis.call('TYPE', key).ok
  local value = {}
  if kind == 'string' then value = {redis.call('GET', key)}
  elseif kind == 'hash' then value = redis.call('HGETALL', key)
  elseif kind == 'list' then value = redis.call('LRANGE', key, 0, -1)
  elseif kind == 'zset' then value = redis.call('ZRANGE', key, 0, -1)
  elseif kind == 'set' then value = redis.call('SMEMBERS', key)
  elseif kind == 'stream' then for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do
    value[#value + 1] = table.concat(entry[2], ' ') end
  end
  all[#all + 1] = key .. ' ' .. kind .. ' ' .. table.concat(value, ' ')
end
return table.concat(all, '\\n')`;

/** Every key with its value as text. */
export async function dumpRedis(redis: Redis): Promise<string> {
  return String(await redis.eval(READ_ALL, 0));
}

/** Notes the command lines of all processes of the machine, again and again, until it is stopped. */
export class ProcessLines {
  readonly #lines = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> = Promise.resolve();

  constructor(everyMs = 250) {
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look());
    }, everyMs);
  }

  async stop(): Promise<string> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#look();
    return [...this.#lines].join('\n');
  }

  async #look(): Promise<void> {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'args='], { maxBuffer: 64 * 1024 * 1024 });
    for (const line of stdout.split('\n')) this.#lines.add(line);
  }
}
