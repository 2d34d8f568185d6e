import {
  type BrickSets,
  type ClusterOffer,
  type ResolvedVolumeRequest,
  type VolumeDescription,
  glusterVolumeOptions,
  noVolume,
  planVolumeCreate,
  requireMinimumSize,
  validateVolumeRequest,
  volumeDecider,
} from '#domain';
import { DomainError, newId } from '#kernel';
import { type OperationRequest, acceptOperation } from '#operations';
import type { NodeWithDevices, Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes, type Work } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import { inFlightTwin } from '../changes/in-flight-twin.js';
import { Throttle } from '../changes/throttle.js';
import type { Wish } from '../changes/wish.js';
import type { Answer } from '../wire/answers.js';
import type { VolumeCreateBody } from '../contracts/volume.js';
import type { ApiConfig } from '../dependencies.js';
import { CONFIG, QUERIES } from '../tokens.js';
import { placementNodes, placementSettings, reservations, underHeading } from './placement-input.js';

/** Heketi's options of a volume that is to host block volumes. */
const BLOCK_HOSTING_OPTIONS = 'group gluster-block';

export class CreateVolume extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly request: VolumeCreateBody,
  ) {
    super(wish);
  }
}

interface Offer extends ClusterOffer {
  readonly members: readonly NodeWithDevices[];
}

/** Clusters that may take the volume, sorted. @throws DomainError where one that was asked for is not there */
async function candidateClusters(queries: Queries, wanted: readonly string[]): Promise<string[]> {
  const known = await queries.clusterIds();
  if (known.length === 0) throw new DomainError('invalid', 'No clusters configured');
  const unknown = wanted.find((id) => !known.includes(id));
  if (unknown !== undefined) throw new DomainError('invalid', `Cluster id ${unknown} not found`);
  return wanted.length === 0 ? known : known.filter((id) => wanted.includes(id));
}

/** All candidates are locked before any is read: what they offer holds until the end of the transaction. */
async function offers({ tx, queries }: Work, clusterIds: readonly string[], name: string): Promise<Offer[]> {
  for (const clusterId of clusterIds) await tx.lockCluster(clusterId);
  const found: Offer[] = [];
  for (const clusterId of clusterIds) {
    const cluster = await queries.state('cluster', clusterId);
    if (cluster === null) throw new DomainError('invalid', `Cluster id ${clusterId} not found`);
    const members = await queries.clusterNodes(clusterId);
    found.push({
      clusterId,
      file: cluster.file,
      block: cluster.block,
      volumeCount: await queries.volumeCount(clusterId),
      nameTaken: await queries.volumeNameTaken(clusterId, name),
      members,
      nodes: placementNodes(members),
    });
  }
  return found;
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
    const settings = placementSettings(this.config);
    const resolved = validateVolumeRequest({
      sizeGiB: request.size,
      gid: request.gid,
      durabilityType: request.durability.type,
      durabilityAsSent: { ...request.durability.replicate, ...request.durability.disperse },
      snapshot: request.snapshot,
    });
    const clusterIds = await candidateClusters(this.queries, request.clusters);
    requireMinimumSize(resolved.durability, request.size, settings);
    await this.throttle.admit(wish);
    const described = this.describe(request, resolved);
    const { by, digest } = wish;
    // Two requests without a name want two volumes.
    const origin = { requestedBy: by.issuer, ...(request.name === '' ? {} : { requestDigest: digest }) };
    return this.changes.accept(wish, async (work, operationId) => {
      const found = await offers(work, clusterIds, described.name);
      const twin = found.some(({ nameTaken }) => nameTaken) ? await inFlightTwin(work.queries, wish) : null;
      if (twin !== null) return twin;
      const volume = { ...described, snapshotFactor: described.snapshot.factor };
      return underHeading('Failed to allocate new volume', () => {
        const { clusterId, brickSets } = planVolumeCreate(volume, found, {
          settings,
          seed: operationId,
          newBrickId: newId,
        });
        const members = found.find((offer) => offer.clusterId === clusterId)?.members ?? [];
        return this.accepted(origin, operationId, { ...described, clusterId }, brickSets, members);
      });
    });
  }

  private accepted(
    origin: Pick<OperationRequest, 'requestedBy' | 'requestDigest'>,
    operationId: string,
    volume: VolumeDescription,
    brickSets: BrickSets,
    members: readonly NodeWithDevices[],
  ) {
    const { volumeId, clusterId } = volume;
    const events = volumeDecider.decide({ type: 'CreateVolume', operationId, volume, brickSets }, noVolume);
    return [
      acceptOperation({
        operationId,
        kind: 'volume-create',
        subjectId: volumeId,
        clusterId,
        ...origin,
      }),
      { kind: 'volume' as const, id: volumeId, expectedVersion: 0, events },
      ...reservations(brickSets, members),
    ];
  }

  private describe(
    { name, size, durability, gid, glustervolumeoptions, block }: VolumeCreateBody,
    resolved: ResolvedVolumeRequest,
  ): Omit<VolumeDescription, 'clusterId'> {
    const volumeId = newId();
    const { preRequestVolumeOptions, postRequestVolumeOptions } = this.config;
    return {
      volumeId,
      name: name === '' ? `vol_${volumeId}` : name,
      sizeGiB: size,
      durability: resolved.durability,
      durabilityAsSent: { ...durability.replicate, ...durability.disperse },
      gid,
      glusterVolumeOptions: glusterVolumeOptions(
        preRequestVolumeOptions,
        block ? BLOCK_HOSTING_OPTIONS : null,
        glustervolumeoptions,
        postRequestVolumeOptions,
      ),
      block,
      snapshot: resolved.snapshot,
    };
  }
}
