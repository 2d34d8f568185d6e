import { type OperationTimeline, noTimeline, operationTimeline } from '#audit';
import type { Principal } from '#auth';
import { notFound } from '#domain';
import type { EventStore, RecordedEvent } from '#event-store';
import type { Sql } from '#kernel';
import type { OperationEntry, OperationFilter, OperationPlace, Queries } from '#read-model';
import { Inject, Injectable } from '@nestjs/common';
import type { ApiDependencies } from '../../dependencies.js';
import { DEPENDENCIES } from '../../tokens.js';
import { type Onlooker, detailJson, summaryJson } from './operation-json.js';

/** Read for the reasons of all failures of one page. */
const EVENTS_PER_PAGE = 1000;
const FAILURES_PER_PAGE = 100;

/** The role `user` knows of its own requests what they lead to, and not how. */
export function onlookerOf({ issuer }: Principal): Onlooker {
  return { seesCommands: issuer !== 'user' };
}

/** Operations as those who ask may see them. */
@Injectable()
export class OperationReader {
  private readonly queries: Queries;
  private readonly eventStore: EventStore;
  private readonly database: Sql;

  constructor(@Inject(DEPENDENCIES) { queries, eventStore, database }: ApiDependencies) {
    this.queries = queries;
    this.eventStore = eventStore;
    this.database = database;
  }

  async page(filter: OperationFilter, after: OperationPlace | null, limit: number, principal: Principal) {
    const isForeign = principal.issuer === 'user' && (filter.issuer ?? 'user') !== 'user';
    if (isForeign) return { items: [], next: null };
    const own = principal.issuer === 'user' ? { ...filter, issuer: 'user' } : filter;
    const { entries, next } = await this.queries.operations(own, after, limit);
    const timelines = await this.failures(entries);
    const items = entries.map((entry) =>
      summaryJson(entry, timelines.get(entry.operation.operationId) ?? noTimeline, onlookerOf(principal)),
    );
    return { items, next };
  }

  async detail(id: string, principal: Principal) {
    const entry = await this.visible(id, principal);
    const events = await this.eventStore.readStream(this.database, 'operation', id);
    return detailJson(entry, operationTimeline(events), onlookerOf(principal));
  }

  /** Somebody else's operation is as unknown to the user role as one that never was. @throws DomainError */
  async visible(id: string, { issuer }: Principal): Promise<OperationEntry> {
    const entry = await this.queries.operationEntry(id);
    if (entry === null || (issuer === 'user' && entry.operation.requestedBy !== issuer)) throw notFound();
    return entry;
  }

  /** The course of those that have failed, as far as a page's worth of events goes. */
  private async failures(entries: readonly OperationEntry[]): Promise<ReadonlyMap<string, OperationTimeline>> {
    const failed = entries.filter(({ operation: { status } }) => status === 'failed' || status === 'compensating');
    const streams = failed.slice(0, FAILURES_PER_PAGE).map(({ operation }) => ({
      kind: 'operation',
      id: operation.operationId,
      afterVersion: 0,
    }));
    if (streams.length === 0) return new Map();
    const events = await this.eventStore.readStreams(this.database, streams, EVENTS_PER_PAGE);
    const byId = new Map<string, RecordedEvent[]>();
    for (const event of events) byId.set(event.streamId, [...(byId.get(event.streamId) ?? []), event]);
    // The last one may have been cut off in the middle: half a course would tell of failures that were mended.
    const cutOff = events.length === EVENTS_PER_PAGE ? events.at(-1)?.streamId : undefined;
    return new Map([...byId].filter(([id]) => id !== cutOff).map(([id, own]) => [id, operationTimeline(own)]));
  }
}
