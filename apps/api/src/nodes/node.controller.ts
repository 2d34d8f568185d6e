import { Controller, Delete, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { Commands } from '../changes/commands.js';
import { type NodeAddBody, nodeAddContract } from '../contracts/node.js';
import { type StateBody, stateContract, stateOf } from '../contracts/state.js';
import { type TagsBody, tagChangeOf, tagsContract, tagsFrom } from '../contracts/tags.js';
import { sendAnswer, sendJson } from '../wire/answers.js';
import { WireChange, type Wanted } from '../wire/wanted.decorator.js';
import { AddNode } from './add-node.js';
import { ChangeNodeState } from './change-node-state.js';
import { ChangeNodeTags } from './change-node-tags.js';
import { DeleteNode } from './delete-node.js';
import { nodeJson } from './node-json.js';
import { GetNode } from './node.queries.js';

@Controller('nodes')
export class NodeController {
  constructor(
    @Inject(Commands) private readonly commands: Commands,
    @Inject(QueryBus) private readonly queries: QueryBus,
  ) {}

  @Post()
  async add(
    @WireChange(nodeAddContract) { wish, body }: Wanted<NodeAddBody>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { manage: manageHostnames, storage: storageHostnames } = body.hostnames;
    const node = {
      zone: body.zone,
      clusterId: body.cluster,
      manageHostnames,
      storageHostnames,
      tags: tagsFrom(body.tags),
    };
    sendAnswer(reply, await this.commands.execute(new AddNode(wish, node)));
  }

  @Get(':id')
  async info(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    sendJson(reply, 200, nodeJson(await this.queries.execute(new GetNode(id))));
  }

  @Delete(':id')
  async delete(@Param('id') id: string, @WireChange() { wish }: Wanted, @Res() reply: FastifyReply): Promise<void> {
    sendAnswer(reply, await this.commands.execute(new DeleteNode(wish, id)));
  }

  @Post(':id/state')
  async state(
    @Param('id') id: string,
    @WireChange(stateContract) { wish, body }: Wanted<StateBody>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAnswer(reply, await this.commands.execute(new ChangeNodeState(wish, id, stateOf(body.state))));
  }

  @Post(':id/tags')
  async tags(
    @Param('id') id: string,
    @WireChange(tagsContract) { wish, body }: Wanted<TagsBody>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const change = new ChangeNodeTags(wish, id, tagChangeOf(body.change_type), tagsFrom(body.tags));
    sendAnswer(reply, await this.commands.execute(change));
  }
}
