import {
  type BrickSets,
  noVolume,
  requireCreatedVolume,
  requireVolume,
  type VolumeDescription,
  type VolumeState,
  withoutPlaces,
} from '#domain';
import { DomainError, newId } from '#kernel';
import type { Change, Queries } from '#read-model';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { VolumeCreateBody } from '../../contracts/volume.js';
import type { ApiDependencies } from '../../dependencies.js';
import { DEPENDENCIES } from '../../tokens.js';
import { decideCreate, explainedCreate, readOffers } from '../../volumes/decide-create.js';
import { decideDelete } from '../../volumes/decide-delete.js';
import { decideExpand, explainedExpand } from '../../volumes/decide-expand.js';
import { placementSettings } from '../../volumes/placement-input.js';
import { prepareCreate } from '../../volumes/prepare-create.js';
import { problemOf } from '../frame/problem-of.js';
import { problemBody } from '../frame/send-problem.js';
import { carriedOut } from './carried-out.js';
import type { Fixed } from './fixed.js';
import type { volumePlan } from './plan.schemas.js';
import { type Fate, touchedBy } from './touched.js';

export type VolumePlanAnswer = Fixed<z.input<typeof volumePlan>>;

/** Who asks, and what the request's id is: a refusal carries it. */
export interface Asker {
  readonly issuer: string;
  readonly requestId: string;
}

/** What a decision would do to a volume, or why it cannot be made; the explanation takes time and needs no database. */
type Decided = { readonly plan: VolumePlanAnswer } | { readonly refused: () => unknown };

interface Effect {
  readonly volume: VolumeDescription;
  readonly sizeGiB: number;
  readonly brickSets: BrickSets;
  readonly fate: Fate;
}

/**
 * Plans by deciding as the request itself is decided on, on facts of one moment, and describing the changes instead of
 * appending them. What would be refused for what there is at the moment is an answer; a request that makes no sense is not.
 */
@Injectable()
export class VolumePlans {
  constructor(@Inject(DEPENDENCIES) private readonly parts: ApiDependencies) {}

  /** @throws DomainError `invalid` */
  create(body: VolumeCreateBody, asker: Asker): Promise<VolumePlanAnswer> {
    const { config } = this.parts;
    return this.answer(asker, async (queries) => {
      const { volume, clusterIds, settings } = await prepareCreate(queries, body, config);
      const asked = { operationId: newId(), requestedBy: asker.issuer, settings };
      const offers = await readOffers(queries, clusterIds, volume.name);
      return decided(
        queries,
        () => decideCreate(volume, offers, asked),
        (error) => explainedCreate(error, volume, offers, asked),
      );
    });
  }

  /** @throws DomainError `not-found` */
  expand(volumeId: string, addGiB: number, asker: Asker): Promise<VolumePlanAnswer> {
    return this.answer(asker, async (queries) => {
      const volume = (await queries.state('volume', volumeId)) ?? noVolume;
      requireCreatedVolume(volume);
      const asked = { operationId: newId(), requestedBy: asker.issuer, settings: placementSettings(this.parts.config) };
      const members = await queries.clusterNodes(volume.clusterId);
      return decided(
        queries,
        () => decideExpand(planned(volume), addGiB, members, asked),
        (error) => explainedExpand(error, volume, addGiB, members, asked),
      );
    });
  }

  /** @throws DomainError `not-found` */
  delete(volumeId: string, asker: Asker): Promise<VolumePlanAnswer> {
    return this.answer(asker, async (queries) => {
      const volume = (await queries.state('volume', volumeId)) ?? noVolume;
      requireVolume(volume);
      const asked = { operationId: newId(), requestedBy: asker.issuer };
      return decided(
        queries,
        () => decideDelete(planned(volume), asked),
        (error) => error,
        { volume, sizeGiB: 0, brickSets: volume.brickSets, fate: 'released' },
      );
    });
  }

  private async answer(asker: Asker, decide: (queries: Queries) => Promise<Decided>): Promise<VolumePlanAnswer> {
    const found = await this.parts.snapshots(decide);
    const isUser = asker.issuer === 'user';
    if ('refused' in found) {
      const { reasons = [], ...details } = problemOf(found.refused());
      const shown = { ...details, reasons: isUser ? withoutPlaces(reasons) : reasons };
      return { feasible: false, problem: problemBody(shown, asker.requestId) };
    }
    // How full devices are is the administrator's to know, as in Heketi.
    if (!isUser || !found.plan.feasible) return found.plan;
    const { devices, ...plan } = found.plan;
    return devices === undefined ? found.plan : plan;
  }
}

/** The version matters to an append only. */
function planned(state: VolumeState): { readonly state: VolumeState; readonly version: number } {
  return { state, version: 0 };
}

async function decided(
  queries: Queries,
  decide: () => readonly Change[],
  explain: (error: unknown) => unknown,
  known?: Effect,
): Promise<Decided> {
  let changes: readonly Change[];
  try {
    changes = decide();
  } catch (error) {
    if (!(error instanceof DomainError) || (error.kind !== 'refused' && error.kind !== 'conflict')) throw error;
    return { refused: () => explain(error) };
  }
  const how = await carriedOut(queries, changes);
  const { volume, sizeGiB, brickSets, fate } = known ?? (await effectOf(queries, changes));
  const members = await queries.clusterNodes(how.clusterId);
  return {
    plan: { feasible: true, ...how, sizeGiB, ...touchedBy(brickSets, fate, volume, members) },
  };
}

async function effectOf(queries: Queries, changes: readonly Change[]): Promise<Effect> {
  for (const { kind, id, events } of changes) {
    const [event] = events;
    if (kind !== 'volume' || event === undefined) continue;
    if (event.type === 'VolumeCreateAccepted') {
      const { sizeGiB, brickSets } = event.data;
      return { volume: event.data, sizeGiB, brickSets, fate: 'reserved' };
    }
    if (event.type === 'VolumeExpandAccepted') {
      const volume = (await queries.state('volume', id)) ?? noVolume;
      const { addGiB, brickSets } = event.data;
      return { volume, sizeGiB: volume.sizeGiB + addGiB, brickSets, fate: 'reserved' };
    }
  }
  throw new Error('these changes give no bricks');
}
