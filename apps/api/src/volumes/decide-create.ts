import { type ClusterOffer, explainCreate, noVolume, planVolumeCreate, volumeDecider } from '#domain';
import { DomainError, newId } from '#kernel';
import { acceptOperation } from '#operations';
import type { Change, NodeWithDevices, Queries } from '#read-model';
import { type Asked, placementNodes, reservations, underHeading } from './placement-input.js';
import type { WantedVolume } from './prepare-create.js';

/** A cluster that may take a volume, with what of it the decision is made on. */
export interface Offer extends ClusterOffer {
  readonly members: readonly NodeWithDevices[];
}

/** @throws DomainError where a cluster has gone meanwhile */
export async function readOffers(queries: Queries, clusterIds: readonly string[], name: string): Promise<Offer[]> {
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

/**
 * What accepting a volume changes. Pure but for the ids of its bricks.
 * @throws DomainError with Heketi's text; see explainedCreate
 */
export function decideCreate(
  wanted: WantedVolume,
  offers: readonly Offer[],
  { operationId, settings, ...origin }: Asked,
): readonly Change[] {
  return underHeading('Failed to allocate new volume', () => {
    const plan = { settings, seed: operationId, newBrickId: newId };
    const { clusterId, brickSets } = planVolumeCreate(placementOf(wanted), offers, plan);
    const members = offers.find((offer) => offer.clusterId === clusterId)?.members ?? [];
    const volume = { ...wanted, clusterId };
    const { volumeId } = volume;
    const events = volumeDecider.decide({ type: 'CreateVolume', operationId, volume, brickSets }, noVolume);
    return [
      acceptOperation({ operationId, kind: 'volume-create', subjectId: volumeId, clusterId, ...origin }),
      { kind: 'volume' as const, id: volumeId, expectedVersion: 0, events },
      ...reservations(brickSets, members),
    ];
  });
}

/** A refusal of decideCreate, with what would help. For when the clusters are not locked any more: it takes longer. */
export function explainedCreate(
  error: unknown,
  wanted: WantedVolume,
  offers: readonly Offer[],
  { operationId: seed, settings }: Pick<Asked, 'operationId' | 'settings'>,
): unknown {
  if (!(error instanceof DomainError) || error.kind !== 'refused') return error;
  return explainCreate(error, placementOf(wanted), offers, { settings, seed });
}

function placementOf(wanted: WantedVolume) {
  return { ...wanted, snapshotFactor: wanted.snapshot.factor };
}
