import { Readable } from 'node:stream';
import type { AuditLog } from '#audit';
import type { RecordedEvent } from '#event-store';
import { Controller, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { DEPENDENCIES } from '../../tokens.js';
import { placeField } from '../frame/as-of-field.js';
import { readCursor, writeCursor } from '../frame/cursor.js';
import { Problem } from '../frame/problem.js';
import type { V1AnswerOf, V1Input } from '../frame/route.js';
import { Input, V1 } from '../frame/v1.decorators.js';
import { exportEvents, filterOf, getRequest, listEvents } from './audit.routes.js';
import { eventJson } from './event-json.js';

const place = z.strictObject({ after: placeField });

/** What is asked of the log as a whole. */
@Controller()
export class AuditController {
  private readonly audit: AuditLog;

  constructor(@Inject(DEPENDENCIES) { audit }: { readonly audit: AuditLog }) {
    this.audit = audit;
  }

  @V1(listEvents)
  async list(@Input(listEvents) { query }: V1Input<typeof listEvents>): Promise<V1AnswerOf<typeof listEvents>> {
    const { order, limit } = query;
    const after = readCursor(listEvents, query, place)?.after ?? null;
    const { events, next } = await this.audit.search(filterOf(query), { order, after, limit });
    return {
      items: events.map(eventJson),
      next: next === null ? null : writeCursor(listEvents, query, { after: next }),
    };
  }

  @V1(exportEvents)
  async export(
    @Input(exportEvents) { query }: V1Input<typeof exportEvents>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const pages = this.audit.export(filterOf(query), query.order);
    // What goes wrong before the first line is answered as a problem; later the connection breaks.
    const first = await pages.next();
    void reply.type('application/x-ndjson').send(Readable.from(linesOf(first, pages), { highWaterMark: 1 }));
  }

  @V1(getRequest)
  async request(@Input(getRequest) { params }: V1Input<typeof getRequest>): Promise<V1AnswerOf<typeof getRequest>> {
    const { requestId } = params;
    const { events, more } = await this.audit.request(requestId);
    if (events.length === 0) {
      const detail = `The log knows nothing of a request ${requestId}: it changed nothing and was not refused, or it was one of a flood`;
      throw new Problem({ kind: 'not-found', detail });
    }
    const refusals = events.filter(isRefusal);
    const changes = events.filter((event) => !isRefusal(event));
    return {
      requestId,
      outcome: refusals.length === 0 ? 'changed' : changes.length === 0 ? 'refused' : 'changed-and-refused',
      refusals: refusals.map(eventJson),
      operations: changes.filter(({ event }) => event.type === 'OperationAccepted').map(({ streamId }) => streamId),
      events: changes.map(eventJson),
      more,
    };
  }
}

const isRefusal = ({ event }: RecordedEvent): boolean => event.type === 'RequestRefused';

type Page = readonly RecordedEvent[];

/** A chunk for each page: the next one is read when the client has taken this one. */
async function* linesOf(first: IteratorResult<Page, void>, rest: AsyncGenerator<Page, void>): AsyncGenerator<Buffer> {
  try {
    for (let page = first; page.done !== true; page = await rest.next()) {
      yield Buffer.from(page.value.map((event) => `${JSON.stringify(eventJson(event))}\n`).join(''));
    }
  } finally {
    await rest.return();
  }
}
