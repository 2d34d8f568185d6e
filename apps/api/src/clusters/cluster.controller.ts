import type { ClusterFlags } from '#domain';
import type { Attribution } from '#kernel';
import { Controller, Delete, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { Commands } from '../changes/commands.js';
import { clusterCreateContract, clusterFlagsContract } from '../contracts/cluster.js';
import { sendEmpty, sendJson } from '../wire/answers.js';
import { WireBody } from '../wire/body.decorator.js';
import { By } from '../wire/by.decorator.js';
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
    @By() by: Attribution,
    @WireBody(clusterCreateContract) { file, block }: ClusterFlags,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const id = await this.commands.execute(new CreateCluster(by, { file, block }));
    sendJson(reply, 201, clusterJson(await this.queries.execute(new GetCluster(id))));
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
    @By() by: Attribution,
    @WireBody(clusterFlagsContract) { file, block }: ClusterFlags,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.commands.execute(new ChangeClusterFlags(by, id, { file, block }));
    sendEmpty(reply, 200, { 'content-type': 'application/json; charset=UTF-8' });
  }

  @Delete(':id')
  async delete(@Param('id') id: string, @By() by: Attribution, @Res() reply: FastifyReply): Promise<void> {
    await this.commands.execute(new DeleteCluster(by, id));
    sendEmpty(reply, 200);
  }
}
