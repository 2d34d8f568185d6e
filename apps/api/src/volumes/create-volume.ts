import type { Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import { inFlightTwin } from '../changes/in-flight-twin.js';
import { Throttle } from '../changes/throttle.js';
import type { Wish } from '../changes/wish.js';
import type { Answer } from '../wire/answers.js';
import type { VolumeCreateBody } from '../contracts/volume.js';
import type { ApiConfig } from '../dependencies.js';
import { CONFIG, QUERIES } from '../tokens.js';
import { decideCreate, explainedCreate, type Offer, readOffers } from './decide-create.js';
import { prepareCreate } from './prepare-create.js';

export class CreateVolume extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly request: VolumeCreateBody,
  ) {
    super(wish);
  }
}

@CommandHandler(CreateVolume)
export class CreateVolumeHandler implements ICommandHandler<CreateVolume> {
  constructor(
    @Inject(Changes) private readonly changes: Changes,
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(CONFIG) private readonly config: ApiConfig,
    @Inject(Throttle) private readonly throttle: Throttle,
  ) {}

  async execute({ wish, request }: CreateVolume): Promise<Answer> {
    const { volume, clusterIds, settings } = await prepareCreate(this.queries, request, this.config);
    await this.throttle.admit(wish);
    const { by, digest } = wish;
    // Two requests without a name want two volumes.
    const origin = { requestedBy: by.issuer, ...(request.name === '' ? {} : { requestDigest: digest }) };
    const tried: { offers: readonly Offer[]; operationId: string } = { offers: [], operationId: '' };
    try {
      return await this.changes.accept(wish, async ({ tx, queries }, operationId) => {
        // All candidates are locked before any is read: what they offer holds until the end of the transaction.
        for (const clusterId of clusterIds) await tx.lockCluster(clusterId);
        const offers = await readOffers(queries, clusterIds, volume.name);
        Object.assign(tried, { offers, operationId });
        const twin = offers.some(({ nameTaken }) => nameTaken) ? await inFlightTwin(queries, wish) : null;
        return twin ?? decideCreate(volume, offers, { operationId, settings, ...origin });
      });
    } catch (error) {
      throw explainedCreate(error, volume, tried.offers, { operationId: tried.operationId, settings });
    }
  }
}
