import type { Attribution } from '#kernel';
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
import { sendAccepted, sendJson } from '../wire/answers.js';
import { WireBody } from '../wire/body.decorator.js';
import { By } from '../wire/by.decorator.js';
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
    @By() by: Attribution,
    @WireBody(volumeCreateContract) body: VolumeCreateBody,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAccepted(reply, await this.commands.execute(new CreateVolume(by, body)));
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
    @By() by: Attribution,
    @WireBody(volumeExpandContract) body: VolumeExpandBody,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAccepted(reply, await this.commands.execute(new ExpandVolume(by, id, body.expand_size)));
  }

  @Delete(':id')
  async delete(@Param('id') id: string, @By() by: Attribution, @Res() reply: FastifyReply): Promise<void> {
    sendAccepted(reply, await this.commands.execute(new DeleteVolume(by, id)));
  }
}
