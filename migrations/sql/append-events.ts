/**
 * Appends events to one or several streams in the caller's transaction, in one round trip.
 *
 * p.streams: [{kind, id, expected, count}], p.events: [{kind, id, version, event_id, type, schema_version, data}], and
 * the attribution's columns beside them.
 *
 * Raises BY001 (a stream is not at its expected version; the detail is JSON) and BY002 (the same command twice in one
 * transaction, which can only be a mistake of the caller: the second append would be taken for a repetition and lost).
 */
export const appendEventsSql = `
create function brickyard.append_events(p jsonb)
returns table (duplicate boolean, recorded brickyard.event)
language plpgsql as $$
declare
  own_tx   constant xid8 := pg_current_xact_id();
  log_tx   xid8 := own_tx;
  -- One command at a time: its repetition waits here and then finds the events instead of a version conflict.
  command  constant text := p->>'command_id';
  first_id constant uuid := (p->'events'->0->>'event_id')::uuid;
  earlier  brickyard.event;
  stream   record;
  at_tx    xid8;
begin
  perform pg_advisory_xact_lock(hashtextextended(command, 0));
  select * into earlier from brickyard.event e where e.event_id = first_id;
  if found then
    if exists (select from brickyard.event e where e.event_id = first_id and e.xmin = own_tx::xid) then
      raise exception 'command % appends twice in one transaction', command using errcode = 'BY002';
    end if;
    return query
      select true, e from brickyard.event e
      where e.correlation_id = earlier.correlation_id and e.command_id = command
      order by e.global_position;
    return;
  end if;

  -- Sorted, so that two appends to the same streams cannot wait for each other.
  for stream in
    select s.* from jsonb_to_recordset(p->'streams') as s (kind text, id text, expected bigint, count bigint)
    order by s.kind collate "C", s.id collate "C"
  loop
    if stream.expected = 0 then
      insert into brickyard.event_stream as s (kind, id, version, last_transaction_id)
      values (stream.kind, stream.id, stream.count, own_tx)
      on conflict do nothing
      returning s.last_transaction_id into at_tx;
    else
      update brickyard.event_stream s
      set version = stream.expected + stream.count,
          last_transaction_id = greatest(s.last_transaction_id, own_tx)
      where s.kind = stream.kind and s.id = stream.id and s.version = stream.expected
      returning s.last_transaction_id into at_tx;
    end if;
    if at_tx is null then
      raise exception 'stream %/% is not at version %', stream.kind, stream.id, stream.expected
        using errcode = 'BY001',
              detail = json_build_object(
                'kind', stream.kind, 'id', stream.id, 'expected', stream.expected,
                'actual', coalesce((select s.version from brickyard.event_stream s
                                    where s.kind = stream.kind and s.id = stream.id), 0))::text;
    end if;
    log_tx := greatest(log_tx, at_tx);
  end loop;

  -- A writer with an older id than the last one of a stream would put its events before those that it follows: it
  -- borrows the later id. Rare, so the streams are touched a second time only then.
  if log_tx <> own_tx then
    update brickyard.event_stream s set last_transaction_id = log_tx
    from jsonb_to_recordset(p->'streams') as t (kind text, id text)
    where s.kind = t.kind and s.id = t.id and s.last_transaction_id <> log_tx;
  end if;

  return query
    insert into brickyard.event as e (
      transaction_id, stream_kind, stream_id, stream_version, event_id, command_id, type, schema_version, data, metadata,
      actor, issuer, request_id, source_address, user_agent, correlation_id, causation_id)
    select log_tx, n.kind, n.id, n.version, n.event_id, command, n.type, n.schema_version, n.data, p->'metadata',
      p->>'actor', p->>'issuer', p->>'request_id', p->>'source_address', p->>'user_agent', p->>'correlation_id',
      p->>'causation_id'
    from rows from (
      jsonb_to_recordset(p->'events') as (
        kind text, id text, version bigint, event_id uuid, type text, schema_version smallint, data jsonb)
    ) with ordinality as n (kind, id, version, event_id, type, schema_version, data, nth)
    order by n.nth
    returning false, e;

  -- A NOTIFY takes a lock of the whole server at commit. One writer at a time is enough to wake the followers, who poll
  -- as well: those that find the lock taken leave it out.
  if pg_try_advisory_xact_lock(hashtextextended('brickyard_events', 0)) then
    perform pg_notify('brickyard_events', '');
  end if;
end
$$`;
