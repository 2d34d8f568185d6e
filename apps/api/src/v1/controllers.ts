import type { Type } from '@nestjs/common';
import { AuditController } from './audit/audit.controller.js';
import { OpenApiController } from './openapi/openapi.controller.js';

/** The handlers of the routes in routes.ts. */
export const v1Controllers: readonly Type[] = [AuditController, OpenApiController];
