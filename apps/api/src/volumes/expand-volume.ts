import { noVolume, planVolumeExpand, requireIdleVolume, requireVolume, volumeDecider } from '#domain';
import { type Attribution, newId } from '#kernel';
import { acceptOperation } from '#operations';
import type { Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { Throttle } from '../changes/throttle.js';
import type { ApiConfig } from '../dependencies.js';
import { CONFIG, QUERIES } from '../tokens.js';
import { lockVolume } from './lock-volume.js';
import { placementNodes, placementSettings, reservations, underHeading } from './placement-input.js';

/** Results in the operation's id. */
export class ExpandVolume extends Command<string> {
  constructor(
    readonly by: Attribution,
    readonly volumeId: string,
    readonly addGiB: number,
  ) {
    super();
  }
}

@CommandHandler(ExpandVolume)
export class ExpandVolumeHandler implements ICommandHandler<ExpandVolume> {
  constructor(
    @Inject(Changes) private readonly changes: Changes,
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(CONFIG) private readonly config: ApiConfig,
    @Inject(Throttle) private readonly throttle: Throttle,
  ) {}

  async execute({ by, volumeId, addGiB }: ExpandVolume): Promise<string> {
    requireVolume((await this.queries.state('volume', volumeId)) ?? noVolume);
    await this.throttle.admit();
    const settings = placementSettings(this.config);
    return this.changes.accept(by, async (work, operationId) => {
      const { state: volume, version } = await lockVolume(work, volumeId);
      const { clusterId } = volume;
      const members = await work.queries.clusterNodes(clusterId);
      return underHeading('Failed to allocate volume expansion', () => {
        requireIdleVolume(volume);
        const plan = { settings, seed: operationId, newBrickId: newId };
        const brickSets = planVolumeExpand(volume, addGiB, placementNodes(members), plan);
        const events = volumeDecider.decide({ type: 'ExpandVolume', operationId, addGiB, brickSets }, volume);
        return [
          acceptOperation({
            operationId,
            kind: 'volume-expand',
            subjectId: volumeId,
            clusterId,
            requestedBy: by.issuer,
          }),
          { kind: 'volume' as const, id: volumeId, expectedVersion: version, events },
          ...reservations(brickSets, members),
        ];
      });
    });
  }
}
