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
import { sendAnswer, sendJson } from '../wire/answers.js';
import { WireChange, type Wanted } from '../wire/wanted.decorator.js';
import { AddDevice } from './add-device.js';
import { ChangeDeviceState } from './change-device-state.js';
import { ChangeDeviceTags } from './change-device-tags.js';
import { DeleteDevice } from './delete-device.js';
import { deviceJson } from './device-json.js';
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
    @WireChange(deviceAddContract) { wish, body }: Wanted<DeviceAddBody>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { node: nodeId, name, destroydata: destroyData, tags } = body;
    const device = { nodeId, name, destroyData, tags: tagsFrom(tags) };
    sendAnswer(reply, await this.commands.execute(new AddDevice(wish, device)));
  }

  @Get(':id')
  async info(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    sendJson(reply, 200, deviceJson(await this.queries.execute(new GetDevice(id))));
  }

  @Delete(':id')
  async delete(
    @Param('id') id: string,
    @WireChange(deviceDeleteContract) { wish, body: { forceforget } }: Wanted<DeviceDeleteBody>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAnswer(reply, await this.commands.execute(new DeleteDevice(wish, id, forceforget)));
  }

  @Post(':id/state')
  async state(
    @Param('id') id: string,
    @WireChange(stateContract) { wish, body }: Wanted<StateBody>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAnswer(reply, await this.commands.execute(new ChangeDeviceState(wish, id, stateOf(body.state))));
  }

  /** A GET that changes something: Heketi's clients send it so. */
  @Get(':id/resync')
  async resync(@Param('id') id: string, @WireChange() { wish }: Wanted, @Res() reply: FastifyReply): Promise<void> {
    sendAnswer(reply, await this.commands.execute(new ResyncDevice(wish, id)));
  }

  @Post(':id/tags')
  async tags(
    @Param('id') id: string,
    @WireChange(tagsContract) { wish, body }: Wanted<TagsBody>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const change = new ChangeDeviceTags(wish, id, tagChangeOf(body.change_type), tagsFrom(body.tags));
    sendAnswer(reply, await this.commands.execute(change));
  }
}
