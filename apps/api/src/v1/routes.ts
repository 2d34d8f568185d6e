import { listAnchors } from './audit/anchors.routes.js';
import { exportEvents, getRequest, listEvents } from './audit/audit.routes.js';
import { streamEvents, streamOperation } from './events/events.routes.js';
import { V1Table } from './frame/route-match.js';
import { historyRoutes } from './history/history.routes.js';
import { objectRoutes } from './objects/objects.routes.js';
import { planCreate, planDelete, planDeviceRemove, planExpand, planNodeRemove } from './plans/plan.routes.js';
import { getDocument } from './openapi/openapi.routes.js';
import { cancelOperation, getOperation, listOperations } from './operations/operations.routes.js';

/**
 * Every route under /v1: who may use one is decided here and in its declaration, nowhere else. A server with a route that is
 * not in here does not start, nor does one that has no handler for a route that is.
 */
export const v1Table = new V1Table([
  getDocument,
  ...objectRoutes,
  ...historyRoutes,
  listEvents,
  exportEvents,
  getRequest,
  listAnchors,
  streamEvents,
  listOperations,
  getOperation,
  cancelOperation,
  streamOperation,
  planCreate,
  planExpand,
  planDelete,
  planDeviceRemove,
  planNodeRemove,
]);
