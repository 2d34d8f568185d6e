import { noVolume, requireVolume, volumeDecider } from '#domain';
import { DomainError } from '#kernel';
import { acceptOperation } from '#operations';
import type { Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import { Throttle } from '../changes/throttle.js';
import type { Wish } from '../changes/wish.js';
import type { Answer } from '../wire/answers.js';
import { QUERIES } from '../tokens.js';
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
    return this.changes.accept(wish, async (work, operationId) => {
      const { state, version } = await lockVolume(work, volumeId);
      const { clusterId } = state;
      return [
        acceptOperation({
          operationId,
          kind: 'volume-delete',
          subjectId: volumeId,
          clusterId,
          requestedBy: wish.by.issuer,
        }),
        { kind: 'volume', id: volumeId, expectedVersion: version, events: decide(operationId, state) },
      ];
    });
  }
}

/** A volume that is held by another operation: Heketi's heading goes before its text, not before the 409 of others. */
function decide(operationId: string, state: Parameters<typeof volumeDecider.decide>[1]) {
  try {
    return volumeDecider.decide({ type: 'DeleteVolume', operationId }, state);
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'refused') throw error;
    throw new DomainError('refused', `Failed to set up volume delete: ${error.message}`, error.reasons);
  }
}
