import { noVolume, planVolumeExpand, requireCreatedVolume, requireExpandableVolume, volumeDecider } from '#domain';
import { newId } from '#kernel';
import { acceptOperation } from '#operations';
import type { Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import { Throttle } from '../changes/throttle.js';
import type { Wish } from '../changes/wish.js';
import type { Answer } from '../wire/answers.js';
import type { ApiConfig } from '../dependencies.js';
import { CONFIG, QUERIES } from '../tokens.js';
import { lockVolume } from './lock-volume.js';
import { placementNodes, placementSettings, reservations, underHeading } from './placement-input.js';

export class ExpandVolume extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly volumeId: string,
    readonly addGiB: number,
  ) {
    super(wish);
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

  async execute({ wish, volumeId, addGiB }: ExpandVolume): Promise<Answer> {
    requireCreatedVolume((await this.queries.state('volume', volumeId)) ?? noVolume);
    await this.throttle.admit(wish);
    const settings = placementSettings(this.config);
    return this.changes.accept(wish, async (work, operationId) => {
      const { state: volume, version } = await lockVolume(work, volumeId);
      const { clusterId } = volume;
      const members = await work.queries.clusterNodes(clusterId);
      return underHeading('Failed to allocate volume expansion', () => {
        requireExpandableVolume(volume);
        const plan = { settings, seed: operationId, newBrickId: newId };
        const brickSets = planVolumeExpand(volume, addGiB, placementNodes(members), plan);
        const events = volumeDecider.decide({ type: 'ExpandVolume', operationId, addGiB, brickSets }, volume);
        return [
          acceptOperation({
            operationId,
            kind: 'volume-expand',
            subjectId: volumeId,
            clusterId,
            requestedBy: wish.by.issuer,
          }),
          { kind: 'volume' as const, id: volumeId, expectedVersion: version, events },
          ...reservations(brickSets, members),
        ];
      });
    });
  }
}
