import { Controller } from '@nestjs/common';
import type { V1AnswerOf } from '../frame/route.js';
import { V1 } from '../frame/v1.decorators.js';
import { v1Table } from '../routes.js';
import { openApiDocument } from './document.js';
import { getDocument } from './openapi.routes.js';

/** The document of all of our routes, for generators of clients. */
@Controller()
export class OpenApiController {
  readonly #document = openApiDocument(v1Table.routes);

  @V1(getDocument)
  document(): V1AnswerOf<typeof getDocument> {
    return this.#document;
  }
}
