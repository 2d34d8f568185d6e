import type { Type } from '@nestjs/common';
import { AnchorsController } from './audit/anchors.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { EventsController } from './events/events.controller.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { OperationsController } from './operations/operations.controller.js';

/** The handlers of the routes in routes.ts. */
export const v1Controllers: readonly Type[] = [
  AnchorsController,
  AuditController,
  EventsController,
  OpenApiController,
  OperationsController,
];
