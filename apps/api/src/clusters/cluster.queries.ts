import { notFound } from '#domain';
import type { ClusterView, Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { QUERIES } from '../tokens.js';

export class ListClusters extends Query<string[]> {}

@QueryHandler(ListClusters)
export class ListClustersHandler implements IQueryHandler<ListClusters> {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  execute(): Promise<string[]> {
    return this.queries.clusterIds();
  }
}

export class GetCluster extends Query<ClusterView> {
  constructor(readonly clusterId: string) {
    super();
  }
}

@QueryHandler(GetCluster)
export class GetClusterHandler implements IQueryHandler<GetCluster> {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  async execute({ clusterId }: GetCluster): Promise<ClusterView> {
    const view = await this.queries.cluster(clusterId);
    if (view === null) throw notFound();
    return view;
  }
}
