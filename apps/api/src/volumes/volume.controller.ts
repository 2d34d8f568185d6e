import { Controller, Delete, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { Commands } from '../changes/commands.js';
import {
  type VolumeCreateBody,
  type VolumeExpandBody,
  volumeCreateContract,
  volumeExpandContract,
} from '../contracts/volume.js';
import { sendAnswer, sendJson } from '../wire/answers.js';
import { WireChange, type Wanted } from '../wire/wanted.decorator.js';
import { CreateVolume } from './create-volume.js';
import { DeleteVolume } from './delete-volume.js';
import { ExpandVolume } from './expand-volume.js';
import { volumeJson } from './volume-json.js';
import { GetVolume, ListVolumes } from './volume.queries.js';

@Controller('volumes')
export class VolumeController {
  constructor(
    @Inject(Commands) private readonly commands: Commands,
    @Inject(QueryBus) private readonly queries: QueryBus,
  ) {}

  @Post()
  async create(
    @WireChange(volumeCreateContract) { wish, body }: Wanted<VolumeCreateBody>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAnswer(reply, await this.commands.execute(new CreateVolume(wish, body)));
  }

  @Get()
  async list(@Res() reply: FastifyReply): Promise<void> {
    sendJson(reply, 200, { volumes: await this.queries.execute(new ListVolumes()) });
  }

  @Get(':id')
  async info(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    sendJson(reply, 200, volumeJson(await this.queries.execute(new GetVolume(id))));
  }

  @Post(':id/expand')
  async expand(
    @Param('id') id: string,
    @WireChange(volumeExpandContract) { wish, body }: Wanted<VolumeExpandBody>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAnswer(reply, await this.commands.execute(new ExpandVolume(wish, id, body.expand_size)));
  }

  @Delete(':id')
  async delete(@Param('id') id: string, @WireChange() { wish }: Wanted, @Res() reply: FastifyReply): Promise<void> {
    sendAnswer(reply, await this.commands.execute(new DeleteVolume(wish, id)));
  }
}
