import { noVolume, requireVolume, volumeDecider } from '#domain';
import { type Attribution, DomainError } from '#kernel';
import { acceptOperation } from '#operations';
import type { Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { Throttle } from '../changes/throttle.js';
import { QUERIES } from '../tokens.js';
import { lockVolume } from './lock-volume.js';

/** Results in the operation's id. */
export class DeleteVolume extends Command<string> {
  constructor(
    readonly by: Attribution,
    readonly volumeId: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteVolume)
export class DeleteVolumeHandler implements ICommandHandler<DeleteVolume> {
  constructor(
    @Inject(Changes) private readonly changes: Changes,
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(Throttle) private readonly throttle: Throttle,
  ) {}

  async execute({ by, volumeId }: DeleteVolume): Promise<string> {
    requireVolume((await this.queries.state('volume', volumeId)) ?? noVolume);
    await this.throttle.admit();
    return this.changes.accept(by, async (work, operationId) => {
      const { state, version } = await lockVolume(work, volumeId);
      const { clusterId } = state;
      return [
        acceptOperation({ operationId, kind: 'volume-delete', subjectId: volumeId, clusterId, requestedBy: by.issuer }),
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
