import { Controller } from '@nestjs/common';
import { Input, V1 } from '../frame/v1.decorators.js';
import type { V1AnswerOf, V1Input } from '../frame/route.js';
import { v1Table } from '../routes.js';
import { openApiDocument } from './document.js';
import { getDocument } from './openapi.routes.js';

/** The document of all of our routes, for generators of clients. */
@Controller()
export class OpenApiController {
  readonly #document = openApiDocument(v1Table.routes);

  @V1(getDocument)
  document(@Input(getDocument) _input: V1Input<typeof getDocument>): V1AnswerOf<typeof getDocument> {
    return this.#document;
  }
}
