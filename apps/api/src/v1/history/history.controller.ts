import type { AuditLog, HistoryObject } from '#audit';
import { notFound } from '#domain';
import { Controller, Inject } from '@nestjs/common';
import { z } from 'zod';
import { DEPENDENCIES } from '../../tokens.js';
import { placeField } from '../frame/as-of-field.js';
import { readCursor, writeCursor } from '../frame/cursor.js';
import type { V1AnswerOf, V1Input } from '../frame/route.js';
import { Input, V1 } from '../frame/v1.decorators.js';
import {
  type HistoryRoute,
  readBrickHistory,
  readClusterHistory,
  readDeviceHistory,
  readNodeHistory,
  readOperationHistory,
  readVolumeHistory,
} from './history.routes.js';

type HistoryInput = V1Input<HistoryRoute>;
type HistoryAnswer = V1AnswerOf<HistoryRoute>;

const place = z.strictObject({ id: z.string(), after: placeField });

/** What happened to an object, from the log. */
@Controller()
export class HistoryController {
  private readonly audit: AuditLog;

  constructor(@Inject(DEPENDENCIES) { audit }: { readonly audit: AuditLog }) {
    this.audit = audit;
  }

  @V1(readClusterHistory)
  ofCluster(@Input(readClusterHistory) input: HistoryInput): Promise<HistoryAnswer> {
    return this.read(readClusterHistory, 'cluster', input);
  }

  @V1(readNodeHistory)
  ofNode(@Input(readNodeHistory) input: HistoryInput): Promise<HistoryAnswer> {
    return this.read(readNodeHistory, 'node', input);
  }

  @V1(readDeviceHistory)
  ofDevice(@Input(readDeviceHistory) input: HistoryInput): Promise<HistoryAnswer> {
    return this.read(readDeviceHistory, 'device', input);
  }

  @V1(readBrickHistory)
  ofBrick(@Input(readBrickHistory) input: HistoryInput): Promise<HistoryAnswer> {
    return this.read(readBrickHistory, 'brick', input);
  }

  @V1(readVolumeHistory)
  ofVolume(@Input(readVolumeHistory) input: HistoryInput): Promise<HistoryAnswer> {
    return this.read(readVolumeHistory, 'volume', input);
  }

  @V1(readOperationHistory)
  ofOperation(@Input(readOperationHistory) input: HistoryInput): Promise<HistoryAnswer> {
    return this.read(readOperationHistory, 'operation', input);
  }

  private async read(
    route: HistoryRoute,
    kind: HistoryObject['kind'],
    { params: { id }, query }: HistoryInput,
  ): Promise<HistoryAnswer> {
    // The id is in the path: a cursor of another object's history would go on somewhere in this one's.
    const bound = { ...query, id };
    const after = readCursor(route, bound, place)?.after ?? null;
    const { entries, next } = await this.audit.history({ kind, id }, { order: query.order, limit: query.limit, after });
    if (entries.length === 0 && after === null) throw notFound();
    return {
      // As the schema has them, but for arrays that nobody changes.
      items: entries as unknown as HistoryAnswer['items'],
      next: next === null ? null : writeCursor(route, bound, { id, after: next }),
    };
  }
}
