import { type AuthenticatedRequest, JwtAuthGuard, decodedPath } from '#auth';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { Changes } from './changes/changes.js';
import { Commands } from './changes/commands.js';
import { Throttle } from './changes/throttle.js';
import { ChangeClusterFlagsHandler, CreateClusterHandler, DeleteClusterHandler } from './clusters/cluster.commands.js';
import { ClusterController } from './clusters/cluster.controller.js';
import { GetClusterHandler, ListClustersHandler } from './clusters/cluster.queries.js';
import type { ApiDependencies } from './dependencies.js';
import { AddDeviceHandler } from './devices/add-device.js';
import { ChangeDeviceStateHandler } from './devices/change-device-state.js';
import { ChangeDeviceTagsHandler } from './devices/change-device-tags.js';
import { DeleteDeviceHandler } from './devices/delete-device.js';
import { DeviceController } from './devices/device.controller.js';
import { GetDeviceHandler } from './devices/device.queries.js';
import { ResyncDeviceHandler } from './devices/resync-device.js';
import { Drain } from './drain/drain.js';
import { HealthController } from './health/health.controller.js';
import { ReplicaReadiness } from './health/readiness.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { AddNodeHandler } from './nodes/add-node.js';
import { ChangeNodeStateHandler } from './nodes/change-node-state.js';
import { ChangeNodeTagsHandler } from './nodes/change-node-tags.js';
import { DeleteNodeHandler } from './nodes/delete-node.js';
import { GlusterdCheck } from './nodes/glusterd-check.js';
import { NodeController } from './nodes/node.controller.js';
import { GetNodeHandler } from './nodes/node.queries.js';
import { GetOperationOutcomeHandler } from './queue/operation-outcome.query.js';
import { OperationWatcher } from './queue/operation-watcher.js';
import { QueueController } from './queue/queue.controller.js';
import { CONFIG, DEPENDENCIES, LOGGER, QUERIES } from './tokens.js';
import { v1Controllers, v1Providers } from './v1/controllers.js';
import { v1Table } from './v1/routes.js';
import { CreateVolumeHandler } from './volumes/create-volume.js';
import { DeleteVolumeHandler } from './volumes/delete-volume.js';
import { ExpandVolumeHandler } from './volumes/expand-volume.js';
import { VolumeController } from './volumes/volume.controller.js';
import { GetVolumeHandler, ListVolumesHandler } from './volumes/volume.queries.js';
import { AccessGuard } from './wire/access.guard.js';
import { ErrorFilter } from './wire/error.filter.js';
import { routeOf } from './wire/route-table.js';
import { UnmatchedController } from './wire/unmatched.controller.js';

const handlers = [
  ListClustersHandler,
  GetClusterHandler,
  CreateClusterHandler,
  ChangeClusterFlagsHandler,
  DeleteClusterHandler,
  GetNodeHandler,
  AddNodeHandler,
  DeleteNodeHandler,
  ChangeNodeStateHandler,
  ChangeNodeTagsHandler,
  GetDeviceHandler,
  AddDeviceHandler,
  DeleteDeviceHandler,
  ResyncDeviceHandler,
  ChangeDeviceStateHandler,
  ChangeDeviceTagsHandler,
  ListVolumesHandler,
  GetVolumeHandler,
  CreateVolumeHandler,
  ExpandVolumeHandler,
  DeleteVolumeHandler,
  GetOperationOutcomeHandler,
];

function isPublic({ method, originalUrl }: AuthenticatedRequest): boolean {
  const path = decodedPath(originalUrl) ?? '';
  return routeOf(method, path)?.role === 'public' || v1Table.find(method, path)?.roles === 'public';
}

function authGuard({ config, clock }: ApiDependencies): JwtAuthGuard {
  const keys = { admin: config.adminKey, user: config.userKey, auditor: config.auditorKey };
  const jwt = config.auth === 'disabled' ? null : { keys, iatLeewaySeconds: config.jwtIatLeewaySeconds, clock };
  return new JwtAuthGuard({ jwt, isPublic });
}

@Module({})
export class ApiModule {
  /** One replica. Guards run in the order in which they stand here. */
  static of(dependencies: ApiDependencies, drain: Drain): DynamicModule {
    return {
      module: ApiModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        HealthController,
        MetricsController,
        QueueController,
        ClusterController,
        NodeController,
        DeviceController,
        VolumeController,
        ...v1Controllers,
        UnmatchedController,
      ],
      providers: [
        { provide: DEPENDENCIES, useValue: dependencies },
        { provide: CONFIG, useValue: dependencies.config },
        { provide: QUERIES, useValue: dependencies.queries },
        { provide: LOGGER, useValue: dependencies.logger },
        { provide: Drain, useValue: drain },
        { provide: APP_GUARD, useFactory: () => authGuard(dependencies) },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_FILTER, useClass: ErrorFilter },
        Changes,
        Commands,
        Throttle,
        GlusterdCheck,
        OperationWatcher,
        ReplicaReadiness,
        ...v1Providers,
        ...handlers,
      ],
    };
  }
}
