import { notFound } from '#domain';
import type { NodeView, Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { QUERIES } from '../tokens.js';

export class GetNode extends Query<NodeView> {
  constructor(readonly nodeId: string) {
    super();
  }
}

@QueryHandler(GetNode)
export class GetNodeHandler implements IQueryHandler<GetNode> {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  async execute({ nodeId }: GetNode): Promise<NodeView> {
    const view = await this.queries.node(nodeId);
    if (view === null) throw notFound();
    return view;
  }
}
