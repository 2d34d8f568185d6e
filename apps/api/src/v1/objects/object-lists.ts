import type { ObjectKind } from '#read-model';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { placeField } from '../frame/as-of-field.js';
import { readCursor, writeCursor } from '../frame/cursor.js';
import type { V1Route } from '../frame/route.js';
import { type AsOf, AsOfService } from './as-of.service.js';
import { type ObjectJson, objectJson } from './object-json.js';

/** The pages of a list about the past belong to one moment: that of the first. */
const placeSchema = z.strictObject({ after: z.string(), position: placeField.nullable() });

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly asOf?: string | undefined;
}

export interface ListAnswer<Item> {
  readonly items: Item[];
  readonly next: string | null;
  readonly asOf: AsOf;
}

/** Lists of objects, a page at a time. */
@Injectable()
export class ObjectLists {
  constructor(@Inject(AsOfService) private readonly asOf: AsOfService) {}

  /** @throws Problem 400 naming `cursor` or `asOf`, 503 where too many ask about the past */
  async page<K extends ObjectKind>(
    route: Pick<V1Route, 'operationId'>,
    kind: K,
    query: PageQuery,
  ): Promise<ListAnswer<ObjectJson[K]>> {
    const place = readCursor(route, { ...query }, placeSchema);
    const { found, asOf } = await this.asOf.all(place?.position ?? query.asOf, (objects) =>
      objects.page(kind, place?.after ?? null, query.limit),
    );
    const position = asOf?.position ?? null;
    return {
      items: found.states.map((state) => objectJson[kind](state)),
      next: found.next === null ? null : writeCursor(route, { ...query }, { after: found.next, position }),
      asOf,
    };
  }
}
