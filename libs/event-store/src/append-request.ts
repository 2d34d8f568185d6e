import { derivedUuid } from '#kernel';
import type { AppendOptions, StreamAppend } from './event-store.js';
import type { Upcasters } from './upcasters.js';

/** What brickyard.append_events takes, as one JSON value. */
export interface AppendRequest {
  readonly command_id: string;
  readonly streams: readonly { kind: string; id: string; expected: number; count: number }[];
  readonly events: readonly {
    kind: string;
    id: string;
    version: number;
    event_id: string;
    type: string;
    schema_version: number;
    data: unknown;
  }[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly actor: string;
  readonly issuer: string;
  readonly request_id: string;
  readonly source_address: string | null;
  readonly user_agent: string | null;
  readonly correlation_id: string;
  readonly causation_id: string | null;
}

/**
 * Lays out an append for the database. A stream may be named several times as long as each part goes on where the one
 * before it ended; a part without events says nothing.
 * @throws Error where two parts of one stream do not fit together
 */
export function appendRequest(
  appends: readonly StreamAppend[],
  { attribution, commandId }: AppendOptions,
  upcasters: Upcasters,
): AppendRequest {
  const streams = new Map<string, AppendRequest['streams'][number]>();
  const events: AppendRequest['events'][number][] = [];
  for (const { kind, id, expectedVersion, events: added } of appends) {
    if (added.length === 0) continue;
    const key = `${kind}/${id}`;
    const before = streams.get(key) ?? { kind, id, expected: expectedVersion, count: 0 };
    if (before.expected + before.count !== expectedVersion) {
      throw new Error(
        `two parts of an append to ${key} do not fit: expected versions ${before.expected.toString()} and ${expectedVersion.toString()}`,
      );
    }
    streams.set(key, { ...before, count: before.count + added.length });
    added.forEach((event, nth) =>
      events.push({
        kind,
        id,
        version: expectedVersion + nth + 1,
        event_id: derivedUuid(commandId, events.length.toString()),
        type: event.type,
        schema_version: upcasters.newest(event.type),
        data: event.data,
      }),
    );
  }
  return {
    command_id: commandId,
    streams: [...streams.values()],
    events,
    metadata: {},
    actor: attribution.actor,
    issuer: attribution.issuer,
    request_id: attribution.requestId,
    source_address: attribution.sourceAddress,
    user_agent: attribution.userAgent,
    correlation_id: attribution.correlationId,
    causation_id: attribution.causationId,
  };
}
