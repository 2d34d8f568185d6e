import { DomainError, type Reason } from '#kernel';
import type { VolumeState } from '../../volume/state.js';
import type { PlacementNode } from '../candidates.js';
import { type ClusterOffer, expansionRequest, type PlanContext, type VolumePlanRequest } from '../plan-volume.js';
import { remedyReasons } from './find-remedies.js';
import { fits, type PlacementProblem } from './problem.js';

type Site = Pick<PlanContext, 'settings' | 'seed'>;

/** In how many clusters remedies are looked for. */
const MOST_CLUSTERS = 3;

/** What helps where a cluster was not even asked, as long as it has room. */
const otherwise: Readonly<Record<string, string>> = {
  'volume-name': 'with another name, or without one, it fits',
  'max-volumes-per-cluster': 'after the deletion of a volume, or with a higher max_volumes_per_cluster, it fits',
  'cluster-flags': "with the cluster's flags changed to allow volumes of this type it fits",
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
    return { ...reason, because: [...(reason.because ?? []), ...clusterRemedies(reason, problem)] };
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

function clusterRemedies({ because = [] }: Reason, problem: PlacementProblem): readonly Reason[] {
  const hindrance = because.find(({ rule }) => otherwise[rule] !== undefined);
  if (hindrance === undefined) return remedyReasons(problem, 'volume');
  const detail = otherwise[hindrance.rule];
  if (detail === undefined || !fits(problem)) return [];
  return [{ rule: 'remedy', detail, values: { kind: hindrance.rule } }];
}
