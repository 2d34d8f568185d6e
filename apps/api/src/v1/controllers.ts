import type { Type } from '@nestjs/common';
import { AnchorsController } from './audit/anchors.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { EventStreams } from './events/event-streams.js';
import { EventsController } from './events/events.controller.js';
import { HistoryController } from './history/history.controller.js';
import { AsOfService } from './objects/as-of.service.js';
import { ObjectLists } from './objects/object-lists.js';
import { ObjectsController } from './objects/objects.controller.js';
import { TopologyController } from './objects/topology.controller.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { OperationCancel } from './operations/operation-cancel.js';
import { OperationReader } from './operations/operation-reader.js';
import { OperationsController } from './operations/operations.controller.js';
import { PlanController } from './plans/plan.controller.js';
import { RemovalPlans } from './plans/removal-plans.js';
import { VolumePlans } from './plans/volume-plans.js';

/** The handlers of the routes in routes.ts. */
export const v1Controllers: readonly Type[] = [
  AnchorsController,
  AuditController,
  EventsController,
  HistoryController,
  ObjectsController,
  OpenApiController,
  OperationsController,
  PlanController,
  TopologyController,
];

/** What they are made of. */
export const v1Providers: readonly Type[] = [
  AsOfService,
  EventStreams,
  ObjectLists,
  OperationCancel,
  OperationReader,
  RemovalPlans,
  VolumePlans,
];
