import type { AnyEvent, StreamKind } from '#domain';
import type { RecordedEvent } from '#event-store';
import type { Sql } from '#kernel';
import { knownBy, Names, type KnownObject } from './names.js';

interface Mention {
  readonly kind: StreamKind;
  readonly id: string;
}

const firstEvents = `
select e.stream_id as id, e.type, e.data
from unnest($1::text[], $2::text[]) as s (kind, id)
join brickyard.event e on e.stream_kind = s.kind and e.stream_id = s.id and e.stream_version = 1`;

/** The names of all objects that events mention, those that are gone included. */
export async function knownNames(sql: Sql, events: readonly RecordedEvent[]): Promise<Names> {
  const known = new Map<string, KnownObject>();
  const asked = new Set<string>();
  let mentions = events.flatMap(mentionedBy);
  // A device leads to its node, an operation to its subject, and that may be a device.
  while (mentions.length > 0) {
    const wanted = mentions.filter(({ kind, id }) => !asked.has(`${kind}/${id}`));
    for (const { kind, id } of wanted) asked.add(`${kind}/${id}`);
    const found = await namesOf(sql, wanted);
    for (const [id, object] of found) known.set(id, object);
    mentions = [...found.values()].flatMap(mentionedByName);
  }
  return new Names(known);
}

async function namesOf(sql: Sql, mentions: readonly Mention[]): Promise<ReadonlyMap<string, KnownObject>> {
  if (mentions.length === 0) return new Map();
  const parameters = [mentions.map(({ kind }) => kind), mentions.map(({ id }) => id)];
  const rows = await sql.query<{ id: string } & AnyEvent>(firstEvents, parameters);
  return new Map(
    rows.flatMap(({ id, ...event }) => {
      const object = knownBy(event);
      return object === null ? [] : [[id, object] as const];
    }),
  );
}

function mentionedByName({ nodeId, subject }: KnownObject): readonly Mention[] {
  return [
    ...(nodeId === undefined ? [] : [{ kind: 'node', id: nodeId } as const]),
    ...(subject === undefined ? [] : [subject]),
  ];
}

const named = ['node', 'device', 'volume', 'operation'] as const satisfies readonly StreamKind[];

function mentionedBy({ streamKind, streamId, event }: RecordedEvent): readonly Mention[] {
  const own = named.filter((kind) => kind === streamKind).map((kind) => ({ kind, id: streamId }));
  const { data } = event;
  if (typeof data !== 'object' || data === null) return own;
  const fields = data as Readonly<Record<string, unknown>>;
  const others = named.flatMap((kind) => {
    const id = fields[`${kind}Id`];
    return typeof id === 'string' ? [{ kind, id }] : [];
  });
  return [...own, ...others];
}
