import { noVolume, requireVolume } from '#domain';
import type { Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import { Throttle } from '../changes/throttle.js';
import type { Wish } from '../changes/wish.js';
import type { Answer } from '../wire/answers.js';
import { QUERIES } from '../tokens.js';
import { decideDelete } from './decide-delete.js';
import { lockVolume } from './lock-volume.js';

export class DeleteVolume extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly volumeId: string,
  ) {
    super(wish);
  }
}

@CommandHandler(DeleteVolume)
export class DeleteVolumeHandler implements ICommandHandler<DeleteVolume> {
  constructor(
    @Inject(Changes) private readonly changes: Changes,
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(Throttle) private readonly throttle: Throttle,
  ) {}

  async execute({ wish, volumeId }: DeleteVolume): Promise<Answer> {
    requireVolume((await this.queries.state('volume', volumeId)) ?? noVolume);
    await this.throttle.admit(wish);
    return this.changes.accept(wish, async (work, operationId) =>
      decideDelete(await lockVolume(work, volumeId), { operationId, requestedBy: wish.by.issuer }),
    );
  }
}
