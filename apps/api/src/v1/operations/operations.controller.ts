import type { OperationFilter } from '#read-model';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { OperationWatcher } from '../../queue/operation-watcher.js';
import { attributionOf, principalOf, type WireRequest } from '../../wire/wire-request.js';
import { readCursor, writeCursor } from '../frame/cursor.js';
import { invalidRequest } from '../frame/problem.js';
import type { V1AnswerOf, V1Input } from '../frame/route.js';
import { Input, V1 } from '../frame/v1.decorators.js';
import { OperationCancel } from './operation-cancel.js';
import { OperationReader } from './operation-reader.js';
import { cancelOperation, getOperation, listOperations } from './operations.routes.js';

const place = z.strictObject({ acceptedAt: z.iso.datetime(), operationId: z.string() });

@Controller()
export class OperationsController {
  constructor(
    @Inject(OperationReader) private readonly operations: OperationReader,
    @Inject(OperationCancel) private readonly canceller: OperationCancel,
    @Inject(OperationWatcher) private readonly watcher: OperationWatcher,
  ) {}

  @V1(listOperations)
  async list(
    @Input(listOperations) { query }: V1Input<typeof listOperations>,
    @Req() request: WireRequest,
  ): Promise<V1AnswerOf<typeof listOperations>> {
    const after = readCursor(listOperations, query, place);
    const { items, next } = await this.operations.page(filterOf(query), after, query.limit, principalOf(request));
    return { items, next: next === null ? null : writeCursor(listOperations, query, { ...next }) };
  }

  @V1(getOperation)
  async get(
    @Input(getOperation) { params: { id }, query: { wait } }: V1Input<typeof getOperation>,
    @Req() request: WireRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<V1AnswerOf<typeof getOperation>> {
    const principal = principalOf(request);
    if (wait !== undefined) {
      await this.operations.visible(id, principal);
      await this.watcher.waitForEnd(id, wait * 1000, gone(reply));
    }
    return this.operations.detail(id, principal);
  }

  @V1(cancelOperation)
  async cancel(
    @Input(cancelOperation) { params: { id } }: V1Input<typeof cancelOperation>,
    @Req() request: WireRequest,
  ): Promise<V1AnswerOf<typeof cancelOperation>> {
    const principal = principalOf(request);
    await this.operations.visible(id, principal);
    await this.canceller.cancel(id, attributionOf(request));
    return this.operations.detail(id, principal);
  }
}

function filterOf(query: V1Input<typeof listOperations>['query']): OperationFilter {
  const { status, kind, subjectKind, subjectId, cluster, actor, issuer } = query;
  if ((subjectKind === undefined) !== (subjectId === undefined)) {
    const field = subjectKind === undefined ? 'subjectKind' : 'subjectId';
    throw invalidRequest([{ field, message: 'subjectKind and subjectId go together: send both or neither' }]);
  }
  return {
    ...(status === undefined ? {} : { status }),
    ...(kind === undefined ? {} : { kind }),
    ...(subjectKind === undefined || subjectId === undefined ? {} : { subject: { kind: subjectKind, id: subjectId } }),
    ...(cluster === undefined ? {} : { clusterId: cluster }),
    ...(actor === undefined ? {} : { actor }),
    ...(issuer === undefined ? {} : { issuer }),
  };
}

/** Fires when the client has gone. */
function gone(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  reply.raw.once('close', () => left.abort());
  return left.signal;
}
