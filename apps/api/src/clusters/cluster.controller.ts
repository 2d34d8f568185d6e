import type { ClusterFlags } from '#domain';
import { Controller, Delete, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { Commands } from '../changes/commands.js';
import { clusterCreateContract, clusterFlagsContract } from '../contracts/cluster.js';
import { sendAnswer, sendJson } from '../wire/answers.js';
import { WireChange, type Wanted } from '../wire/wanted.decorator.js';
import { clusterJson } from './cluster-json.js';
import { ChangeClusterFlags, CreateCluster, DeleteCluster } from './cluster.commands.js';
import { GetCluster, ListClusters } from './cluster.queries.js';

@Controller('clusters')
export class ClusterController {
  constructor(
    @Inject(Commands) private readonly commands: Commands,
    @Inject(QueryBus) private readonly queries: QueryBus,
  ) {}

  @Post()
  async create(
    @WireChange(clusterCreateContract) { wish, body: { file, block } }: Wanted<ClusterFlags>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAnswer(reply, await this.commands.execute(new CreateCluster(wish, { file, block })));
  }

  @Get()
  async list(@Res() reply: FastifyReply): Promise<void> {
    sendJson(reply, 200, { clusters: await this.queries.execute(new ListClusters()) });
  }

  @Get(':id')
  async info(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    sendJson(reply, 200, clusterJson(await this.queries.execute(new GetCluster(id))));
  }

  @Post(':id/flags')
  async flags(
    @Param('id') id: string,
    @WireChange(clusterFlagsContract) { wish, body: { file, block } }: Wanted<ClusterFlags>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAnswer(reply, await this.commands.execute(new ChangeClusterFlags(wish, id, { file, block })));
  }

  @Delete(':id')
  async delete(@Param('id') id: string, @WireChange() { wish }: Wanted, @Res() reply: FastifyReply): Promise<void> {
    sendAnswer(reply, await this.commands.execute(new DeleteCluster(wish, id)));
  }
}
