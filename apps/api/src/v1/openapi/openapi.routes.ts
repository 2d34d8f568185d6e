import { z } from 'zod';
import { v1Route } from '../frame/route.js';

export const getDocument = v1Route({
  method: 'GET',
  path: '/v1/openapi.json',
  operationId: 'getDocument',
  summary: 'Read this document',
  tag: 'document',
  roles: 'public',
  answers: { 200: { description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.string() }) } },
});
