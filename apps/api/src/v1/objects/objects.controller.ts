import type { ObjectKind } from '#read-model';
import { Controller, Inject } from '@nestjs/common';
import { Input, V1 } from '../frame/v1.decorators.js';
import type { V1AnswerOf, V1Input } from '../frame/route.js';
import { AsOfService, type AsOf } from './as-of.service.js';
import { type ObjectJson, objectJson } from './object-json.js';
import { notThere } from './not-there.js';
import { ObjectLists } from './object-lists.js';
import * as routes from './objects.routes.js';

/** Clusters, nodes, devices and volumes, as they are and as they were. */
@Controller()
export class ObjectsController {
  constructor(
    @Inject(AsOfService) private readonly asOf: AsOfService,
    @Inject(ObjectLists) private readonly lists: ObjectLists,
  ) {}

  @V1(routes.listClusters)
  clusters(
    @Input(routes.listClusters) { query }: V1Input<typeof routes.listClusters>,
  ): Promise<V1AnswerOf<typeof routes.listClusters>> {
    return this.lists.page(routes.listClusters, 'cluster', query);
  }

  @V1(routes.getCluster)
  cluster(
    @Input(routes.getCluster) { params, query }: V1Input<typeof routes.getCluster>,
  ): Promise<V1AnswerOf<typeof routes.getCluster>> {
    return this.one('cluster', params.id, query.asOf);
  }

  @V1(routes.listNodes)
  nodes(
    @Input(routes.listNodes) { query }: V1Input<typeof routes.listNodes>,
  ): Promise<V1AnswerOf<typeof routes.listNodes>> {
    return this.lists.page(routes.listNodes, 'node', query);
  }

  @V1(routes.getNode)
  node(
    @Input(routes.getNode) { params, query }: V1Input<typeof routes.getNode>,
  ): Promise<V1AnswerOf<typeof routes.getNode>> {
    return this.one('node', params.id, query.asOf);
  }

  @V1(routes.listDevices)
  devices(
    @Input(routes.listDevices) { query }: V1Input<typeof routes.listDevices>,
  ): Promise<V1AnswerOf<typeof routes.listDevices>> {
    return this.lists.page(routes.listDevices, 'device', query);
  }

  @V1(routes.getDevice)
  device(
    @Input(routes.getDevice) { params, query }: V1Input<typeof routes.getDevice>,
  ): Promise<V1AnswerOf<typeof routes.getDevice>> {
    return this.one('device', params.id, query.asOf);
  }

  @V1(routes.listDeviceBricks)
  bricks(
    @Input(routes.listDeviceBricks) { params, query }: V1Input<typeof routes.listDeviceBricks>,
  ): Promise<V1AnswerOf<typeof routes.listDeviceBricks>> {
    return this.lists.bricks(routes.listDeviceBricks, params.id, query);
  }

  @V1(routes.listVolumes)
  volumes(
    @Input(routes.listVolumes) { query }: V1Input<typeof routes.listVolumes>,
  ): Promise<V1AnswerOf<typeof routes.listVolumes>> {
    return this.lists.page(routes.listVolumes, 'volume', query);
  }

  @V1(routes.getVolume)
  volume(
    @Input(routes.getVolume) { params, query }: V1Input<typeof routes.getVolume>,
  ): Promise<V1AnswerOf<typeof routes.getVolume>> {
    return this.one('volume', params.id, query.asOf);
  }

  private async one<K extends ObjectKind>(
    kind: K,
    id: string,
    moment: string | undefined,
  ): Promise<ObjectJson[K] & { asOf: AsOf }> {
    const { found, asOf } = await this.asOf.one(moment, (objects) => objects.get(kind, id));
    if (found === null) throw notThere(kind, asOf);
    return { ...objectJson[kind](found), asOf };
  }
}
