import type { RecordedEvent } from '#event-store';

/** An event as our API tells it, in lists, in exports and in streams: what happened, to what, and who asked for it from where. */
export interface EventJson {
  readonly eventId: string;
  /** Place in the log, `<tx>:<global>`: the order of events, which their times are not. */
  readonly position: string;
  readonly recordedAt: string;
  readonly stream: { readonly kind: string; readonly id: string; readonly version: number };
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
  readonly actor: string;
  readonly issuer: string;
  readonly requestId: string;
  readonly sourceAddress: string | null;
  readonly userAgent: string | null;
  /** The operation that it belongs to; the request where there is none. */
  readonly correlationId: string;
  readonly causationId: string | null;
}

/** Secrets are masked in events already: nothing is left to be hidden here. */
export function eventJson(recorded: RecordedEvent): EventJson {
  const { eventId, position, recordedAt, streamKind: kind, streamId: id, streamVersion: version } = recorded;
  const { schemaVersion, event, attribution } = recorded;
  const { actor, issuer, requestId, sourceAddress, userAgent, correlationId, causationId } = attribution;
  return {
    eventId,
    position,
    recordedAt: recordedAt.toISOString(),
    stream: { kind, id, version },
    type: event.type,
    schemaVersion,
    data: event.data,
    actor,
    issuer,
    requestId,
    sourceAddress,
    userAgent,
    correlationId,
    causationId,
  };
}

/** The same for those who may know what is done and not how: without the commands that were run on nodes. */
export function withoutCommands(json: EventJson): EventJson {
  const { data } = json;
  if (typeof data !== 'object' || data === null || !('commands' in data)) return json;
  return { ...json, data: Object.fromEntries(Object.entries(data).filter(([name]) => name !== 'commands')) };
}
