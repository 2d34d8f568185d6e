import type { AuditLog } from '#audit';
import { Controller, Inject } from '@nestjs/common';
import { z } from 'zod';
import { DEPENDENCIES } from '../../tokens.js';
import { readCursor, writeCursor } from '../frame/cursor.js';
import type { V1AnswerOf, V1Input } from '../frame/route.js';
import { Input, V1 } from '../frame/v1.decorators.js';
import { listAnchors } from './anchors.routes.js';

/** What auditors keep of the seals. */
@Controller()
export class AnchorsController {
  private readonly audit: Pick<AuditLog, 'anchors'>;

  constructor(@Inject(DEPENDENCIES) { audit }: { readonly audit: AuditLog }) {
    this.audit = audit;
  }

  @V1(listAnchors)
  async list(@Input(listAnchors) { query }: V1Input<typeof listAnchors>): Promise<V1AnswerOf<typeof listAnchors>> {
    const before = readCursor(listAnchors, query, z.int());
    const items = await this.audit.anchors(before, query.limit);
    const last = items.length === query.limit ? items.at(-1) : undefined;
    return { items, next: last === undefined ? null : writeCursor(listAnchors, query, last.number) };
  }
}
