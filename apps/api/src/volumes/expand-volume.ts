import { noVolume, requireCreatedVolume, type VolumeState } from '#domain';
import type { NodeWithDevices, Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import { Throttle } from '../changes/throttle.js';
import type { Wish } from '../changes/wish.js';
import type { Answer } from '../wire/answers.js';
import type { ApiConfig } from '../dependencies.js';
import { CONFIG, QUERIES } from '../tokens.js';
import { decideExpand, explainedExpand } from './decide-expand.js';
import { lockVolume } from './lock-volume.js';
import { placementSettings } from './placement-input.js';

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
    const tried: { facts: readonly [VolumeState, readonly NodeWithDevices[]] | null; operationId: string } = {
      facts: null,
      operationId: '',
    };
    try {
      return await this.changes.accept(wish, async (work, operationId) => {
        const volume = await lockVolume(work, volumeId);
        const members = await work.queries.clusterNodes(volume.state.clusterId);
        Object.assign(tried, { facts: [volume.state, members], operationId });
        return decideExpand(volume, addGiB, members, { operationId, settings, requestedBy: wish.by.issuer });
      });
    } catch (error) {
      if (tried.facts === null) throw error;
      const [volume, members] = tried.facts;
      throw explainedExpand(error, volume, addGiB, members, { operationId: tried.operationId, settings });
    }
  }
}
