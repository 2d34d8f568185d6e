import type { Attribution } from '#kernel';
import { Controller, Delete, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import {
  type DeviceAddBody,
  type DeviceDeleteBody,
  deviceAddContract,
  deviceDeleteContract,
} from '../contracts/device.js';
import { Commands } from '../changes/commands.js';
import { type StateBody, stateContract, stateOf } from '../contracts/state.js';
import { type TagsBody, tagChangeOf, tagsContract, tagsFrom } from '../contracts/tags.js';
import { sendAccepted, sendJson } from '../wire/answers.js';
import { WireBody } from '../wire/body.decorator.js';
import { By } from '../wire/by.decorator.js';
import { AddDevice } from './add-device.js';
import { ChangeDeviceState } from './change-device-state.js';
import { ChangeDeviceTags } from './change-device-tags.js';
import { DeleteDevice } from './delete-device.js';
import { deviceJson, tagsJson } from './device-json.js';
import { GetDevice } from './device.queries.js';
import { ResyncDevice } from './resync-device.js';

@Controller('devices')
export class DeviceController {
  constructor(
    @Inject(Commands) private readonly commands: Commands,
    @Inject(QueryBus) private readonly queries: QueryBus,
  ) {}

  @Post()
  async add(
    @By() by: Attribution,
    @WireBody(deviceAddContract) body: DeviceAddBody,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { node: nodeId, name, destroydata: destroyData, tags } = body;
    const device = { nodeId, name, destroyData, tags: tagsFrom(tags) };
    sendAccepted(reply, await this.commands.execute(new AddDevice(by, device)));
  }

  @Get(':id')
  async info(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    sendJson(reply, 200, deviceJson(await this.queries.execute(new GetDevice(id))));
  }

  @Delete(':id')
  async delete(
    @Param('id') id: string,
    @By() by: Attribution,
    @WireBody(deviceDeleteContract) { forceforget }: DeviceDeleteBody,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAccepted(reply, await this.commands.execute(new DeleteDevice(by, id, forceforget)));
  }

  @Post(':id/state')
  async state(
    @Param('id') id: string,
    @By() by: Attribution,
    @WireBody(stateContract) body: StateBody,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAccepted(reply, await this.commands.execute(new ChangeDeviceState(by, id, stateOf(body.state))));
  }

  /** A GET that changes something: Heketi's clients send it so. */
  @Get(':id/resync')
  async resync(@Param('id') id: string, @By() by: Attribution, @Res() reply: FastifyReply): Promise<void> {
    sendAccepted(reply, await this.commands.execute(new ResyncDevice(by, id)));
  }

  @Post(':id/tags')
  async tags(
    @Param('id') id: string,
    @By() by: Attribution,
    @WireBody(tagsContract) body: TagsBody,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const change = new ChangeDeviceTags(by, id, tagChangeOf(body.change_type), tagsFrom(body.tags));
    sendJson(reply, 200, tagsJson(await this.commands.execute(change)));
  }
}
