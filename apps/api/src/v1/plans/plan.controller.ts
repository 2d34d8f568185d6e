import { Controller, Inject, Req } from '@nestjs/common';
import type { VolumeCreateBody } from '../../contracts/volume.js';
import { type WireRequest, principalOf } from '../../wire/wire-request.js';
import type { V1Input } from '../frame/route.js';
import { Input, V1 } from '../frame/v1.decorators.js';
import { planCreate, planDelete, planDeviceRemove, planExpand, planNodeRemove } from './plan.routes.js';
import { RemovalPlans, type RemovalPlanAnswer } from './removal-plans.js';
import { type Asker, VolumePlans, type VolumePlanAnswer } from './volume-plans.js';

@Controller()
export class PlanController {
  constructor(
    @Inject(VolumePlans) private readonly volumes: VolumePlans,
    @Inject(RemovalPlans) private readonly removals: RemovalPlans,
  ) {}

  @V1(planCreate)
  create(
    @Input(planCreate) { body }: V1Input<typeof planCreate>,
    @Req() request: WireRequest,
  ): Promise<VolumePlanAnswer> {
    return this.volumes.create(asHeketiHasIt(body), askerOf(request));
  }

  @V1(planExpand)
  expand(
    @Input(planExpand) { params, body }: V1Input<typeof planExpand>,
    @Req() request: WireRequest,
  ): Promise<VolumePlanAnswer> {
    return this.volumes.expand(params.id, body.addGiB, askerOf(request));
  }

  @V1(planDelete)
  delete(
    @Input(planDelete) { params }: V1Input<typeof planDelete>,
    @Req() request: WireRequest,
  ): Promise<VolumePlanAnswer> {
    return this.volumes.delete(params.id, askerOf(request));
  }

  @V1(planDeviceRemove)
  removeDevice(
    @Input(planDeviceRemove) { params }: V1Input<typeof planDeviceRemove>,
    @Req() request: WireRequest,
  ): Promise<RemovalPlanAnswer> {
    return this.removals.device(params.id, principalOf(request).issuer);
  }

  @V1(planNodeRemove)
  removeNode(
    @Input(planNodeRemove) { params }: V1Input<typeof planNodeRemove>,
    @Req() request: WireRequest,
  ): Promise<RemovalPlanAnswer> {
    return this.removals.node(params.id, principalOf(request).issuer);
  }
}

function askerOf(request: WireRequest): Asker {
  return { issuer: principalOf(request).issuer, requestId: request.id };
}

/** One request, one way to decide on it: in the words of POST /volumes. */
function asHeketiHasIt(wanted: V1Input<typeof planCreate>['body']): VolumeCreateBody {
  const { sizeGiB, name = '', clusterIds, durability, glusterVolumeOptions, gid, block, snapshot } = wanted;
  const replica = durability.type === 'replicate' ? durability.replica : 0;
  const { data, redundancy } = durability.type === 'disperse' ? durability : { data: 0, redundancy: 0 };
  return {
    size: sizeGiB,
    name,
    clusters: clusterIds,
    durability: { type: durability.type, replicate: { replica }, disperse: { data, redundancy } },
    gid,
    glustervolumeoptions: glusterVolumeOptions,
    block,
    snapshot,
  };
}
