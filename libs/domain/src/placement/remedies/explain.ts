import { DomainError, type Reason } from '#kernel';
import type { VolumeState } from '../../volume/state.js';
import type { PlacementNode } from '../candidates.js';
import { type ClusterFacts, ineligible } from '../choose-cluster.js';
import { counted } from '../explain/texts.js';
import { type ClusterOffer, expansionRequest, type PlanContext, type VolumePlanRequest } from '../plan-volume.js';
import { remedyReasons } from './find-remedies.js';
import { fits, type PlacementProblem } from './problem.js';

type Site = Pick<PlanContext, 'settings' | 'seed'>;

/** In how many clusters remedies are looked for. */
const MOST_CLUSTERS = 3;

interface Change {
  readonly detail: (hindrance: Reason) => string;
  /** What the cluster is like after it. */
  readonly cluster: Partial<ClusterFacts>;
}

/** What helps where a cluster was not even asked, as long as nothing else is in the way. */
const otherwise: Readonly<Record<string, Change>> = {
  'volume-name': { detail: () => 'with another name, or without one, it fits', cluster: { nameTaken: false } },
  'max-volumes-per-cluster': {
    detail: ({ values }) => {
      const tooMany = Number(values?.['volumes']) - Number(values?.['limit']) + 1;
      return `after the deletion of ${counted(tooMany, 'volume')}, or with a higher max_volumes_per_cluster, it fits`;
    },
    cluster: { volumeCount: 0 },
  },
  'cluster-flags': {
    detail: () => "with the cluster's flags changed to allow volumes of this type it fits",
    cluster: { file: true, block: true },
  },
};

/**
 * A refusal of planVolumeCreate, with the remedies under each cluster. Not done by planVolumeCreate itself: it takes longer
 * than that, and nobody has to wait for the cluster meanwhile.
 */
export function explainCreate(
  refusal: DomainError,
  request: VolumePlanRequest,
  clusters: readonly ClusterOffer[],
  { settings, seed }: Site,
): DomainError {
  const offers = new Map(clusters.map((offer) => [offer.clusterId, offer]));
  const reasons = refusal.reasons.map((reason, index) => {
    const offer = reason.rule === 'cluster' ? offers.get(String(reason.values?.['clusterId'])) : undefined;
    if (offer === undefined || index >= MOST_CLUSTERS) return reason;
    const problem = { request: { ...request, existingBricks: 0 }, nodes: offer.nodes, settings, seed };
    const isFree = (changed: Partial<ClusterFacts>): boolean =>
      ineligible({ ...offer, ...changed }, { ...request, ...settings }) === null;
    return { ...reason, because: [...(reason.because ?? []), ...clusterRemedies(reason, problem, isFree)] };
  });
  return new DomainError(refusal.kind, refusal.message, reasons);
}

/** A refusal of planVolumeExpand, with the remedies; see explainCreate. */
export function explainExpand(
  refusal: DomainError,
  volume: VolumeState,
  addGiB: number,
  nodes: readonly PlacementNode[],
  { settings, seed }: Site,
): DomainError {
  const problem = { request: expansionRequest(volume, addGiB), nodes, settings, seed };
  // A volume that may not be expanded at all is refused for other reasons.
  const remedies = fits(problem) ? [] : remedyReasons(problem, 'expansion');
  return new DomainError(refusal.kind, refusal.message, [...refusal.reasons, ...remedies]);
}

/** @param isFree whether nothing would keep the cluster from being asked, once it is changed */
function clusterRemedies(
  { because = [] }: Reason,
  problem: PlacementProblem,
  isFree: (changed: Partial<ClusterFacts>) => boolean,
): readonly Reason[] {
  const hindrance = because.find(({ rule }) => otherwise[rule] !== undefined);
  const change = hindrance === undefined ? undefined : otherwise[hindrance.rule];
  if (hindrance === undefined || change === undefined) return remedyReasons(problem, 'volume');
  if (!isFree(change.cluster) || !fits(problem)) return [];
  return [{ rule: 'remedy', detail: change.detail(hindrance), values: { kind: hindrance.rule } }];
}
