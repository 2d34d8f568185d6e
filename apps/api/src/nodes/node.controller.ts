import type { Attribution } from '#kernel';
import { Controller, Delete, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { Commands } from '../changes/commands.js';
import { type NodeAddBody, nodeAddContract } from '../contracts/node.js';
import { type StateBody, stateContract, stateOf } from '../contracts/state.js';
import { type TagsBody, tagChangeOf, tagsContract, tagsFrom } from '../contracts/tags.js';
import { tagsJson } from '../devices/device-json.js';
import { sendAccepted, sendJson } from '../wire/answers.js';
import { WireBody } from '../wire/body.decorator.js';
import { By } from '../wire/by.decorator.js';
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
    @By() by: Attribution,
    @WireBody(nodeAddContract) body: NodeAddBody,
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
    sendAccepted(reply, await this.commands.execute(new AddNode(by, node)));
  }

  @Get(':id')
  async info(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    sendJson(reply, 200, nodeJson(await this.queries.execute(new GetNode(id))));
  }

  @Delete(':id')
  async delete(@Param('id') id: string, @By() by: Attribution, @Res() reply: FastifyReply): Promise<void> {
    sendAccepted(reply, await this.commands.execute(new DeleteNode(by, id)));
  }

  @Post(':id/state')
  async state(
    @Param('id') id: string,
    @By() by: Attribution,
    @WireBody(stateContract) body: StateBody,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAccepted(reply, await this.commands.execute(new ChangeNodeState(by, id, stateOf(body.state))));
  }

  @Post(':id/tags')
  async tags(
    @Param('id') id: string,
    @By() by: Attribution,
    @WireBody(tagsContract) body: TagsBody,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const change = new ChangeNodeTags(by, id, tagChangeOf(body.change_type), tagsFrom(body.tags));
    sendJson(reply, 200, tagsJson(await this.commands.execute(change)));
  }
}
