import { comparePositions, type LogPosition, logPresent, type RecordedEvent } from '#event-store';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { ApiDependencies } from '../../dependencies.js';
import { DEPENDENCIES } from '../../tokens.js';
import { principalOf, type WireRequest } from '../../wire/wire-request.js';
import type { V1Input } from '../frame/route.js';
import { Input, V1 } from '../frame/v1.decorators.js';
import { OperationReader, onlookerOf } from '../operations/operation-reader.js';
import { EventStreams } from './event-streams.js';
import { streamEvents, streamOperation } from './events.routes.js';
import { framesOf, HEARTBEAT_MS, renderWith, asUsersSee } from './frames.js';
import { isEnd, operationFrames } from './operation-frames.js';
import { resumedAt } from './resumed-at.js';

@Controller()
export class EventsController {
  private readonly inFull = renderWith((json) => json);
  private readonly forUsers = renderWith(asUsersSee);

  constructor(
    @Inject(DEPENDENCIES) private readonly parts: ApiDependencies,
    @Inject(EventStreams) private readonly streams: EventStreams,
    @Inject(OperationReader) private readonly operations: OperationReader,
  ) {}

  @V1(streamEvents)
  async events(
    @Input(streamEvents) { query }: V1Input<typeof streamEvents>,
    @Req() request: WireRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { kind, type } = query;
    const wanted = ({ streamKind, event }: RecordedEvent): boolean =>
      (kind === undefined || streamKind === kind) && (type === undefined || event.type === type);
    // Before the answer begins: who has its head is told of everything that happens from then on.
    const after =
      (await resumedAt(this.parts.database, request, query.after)) ?? (await logPresent(this.parts.database));
    const { feed } = this.streams;
    this.streams.send(reply, principalOf(request), (signal) =>
      framesOf(after, feed.read({ after, signal, idleMs: HEARTBEAT_MS }), wanted, this.inFull),
    );
  }

  @V1(streamOperation)
  async operation(
    @Input(streamOperation) { params, query }: V1Input<typeof streamOperation>,
    @Req() request: WireRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const principal = principalOf(request);
    await this.operations.visible(params.id, principal);
    const after = await resumedAt(this.parts.database, request, query.after);
    if (after !== null && (await this.hasSeenTheEnd(params.id, after))) {
      // To browsers: do not come back.
      void reply.code(204).send();
      return;
    }
    const { eventStore, database: sql } = this.parts;
    const { feed } = this.streams;
    const render = onlookerOf(principal).seesCommands ? this.inFull : this.forUsers;
    const reading = { eventStore, sql, feed, operationId: params.id, after, render };
    this.streams.send(reply, principal, (signal) => operationFrames({ ...reading, signal }));
  }

  private async hasSeenTheEnd(operationId: string, after: LogPosition): Promise<boolean> {
    const events = await this.parts.eventStore.readStream(this.parts.database, 'operation', operationId);
    const end = events.find(isEnd);
    return end !== undefined && comparePositions(end.position, after) <= 0;
  }
}
