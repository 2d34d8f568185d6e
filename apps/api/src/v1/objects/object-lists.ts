import type { ObjectKind, ObjectPage, Objects } from '#read-model';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { placeField } from '../frame/as-of-field.js';
import { readCursor, writeCursor } from '../frame/cursor.js';
import type { V1Route } from '../frame/route.js';
import { type AsOf, AsOfService } from './as-of.service.js';
import type { brickAnswer } from './answers.js';
import { type ObjectJson, brickJson, objectJson } from './object-json.js';
import { notThere } from './not-there.js';

/** The pages of a list about the past belong to one moment: that of the first. */
const placeSchema = z.strictObject({ after: z.string(), position: placeField.nullable() });

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly asOf?: string | undefined;
}

interface List {
  readonly route: Pick<V1Route, 'operationId'>;
  /** What its cursors belong to. */
  readonly bound: PageQuery & Readonly<Record<string, unknown>>;
  readonly query: PageQuery;
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
    const list = { route, bound: { ...query }, query };
    const { states, ...page } = await this.read(list, 'all', (objects, after) =>
      objects.page(kind, after, query.limit),
    );
    return { items: states.map((state) => objectJson[kind](state)), ...page };
  }

  /** Of a device. @throws as `page`, 404 where there is none */
  async bricks(
    route: Pick<V1Route, 'operationId'>,
    deviceId: string,
    query: PageQuery,
  ): Promise<ListAnswer<z.input<typeof brickAnswer>>> {
    // The id is in the path: a cursor of another device's list would go on somewhere in this one's.
    const list = { route, bound: { ...query, deviceId }, query };
    const { states, ...page } = await this.read(list, 'one', async (objects, after, time) => {
      if ((await objects.get('device', deviceId)) === null) throw notThere('device', time);
      return objects.bricks(deviceId, after, query.limit);
    });
    return { items: states.map(brickJson), ...page };
  }

  private async read<State>(
    { route, bound, query }: List,
    places: 'one' | 'all',
    ask: (objects: Objects, after: string | null, time: AsOf) => Promise<ObjectPage<State>>,
  ) {
    const place = readCursor(route, bound, placeSchema);
    const { found, asOf } = await this.asOf[places](place?.position ?? query.asOf, (objects, moment) =>
      ask(objects, place?.after ?? null, moment),
    );
    const { states, next } = found;
    const position = asOf?.position ?? null;
    return { states, next: next === null ? null : writeCursor(route, bound, { after: next, position }), asOf };
  }
}
