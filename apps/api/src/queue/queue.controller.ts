import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { sendEmpty, sendHtmlLink, sendText } from '../wire/answers.js';
import { type WireRequest, principalOf } from '../wire/wire-request.js';
import { GetOperationOutcome } from './operation-outcome.query.js';

/** Where the outcome of a 202 is read: on any replica, as often as one likes. */
@Controller('queue')
export class QueueController {
  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  @Get(':id')
  async poll(@Param('id') id: string, @Req() request: WireRequest, @Res() reply: FastifyReply): Promise<void> {
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    reply.raw.once('close', leave);
    const operation = await this.queries.execute(new GetOperationOutcome(id, principalOf(request), gone.signal));
    reply.raw.off('close', leave);
    if (gone.signal.aborted) return;
    if (operation.status === 'failed') sendText(reply, 500, operation.reason ?? '');
    else if (operation.status !== 'succeeded') sendEmpty(reply, 200, { 'x-pending': 'true' });
    else if (operation.location === null) sendEmpty(reply, 204);
    else sendHtmlLink(reply, 303, operation.location, 'See Other');
  }
}
