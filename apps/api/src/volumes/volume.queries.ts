import { notFound } from '#domain';
import type { Queries, VolumeView } from '#read-model';
import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { QUERIES } from '../tokens.js';

export class ListVolumes extends Query<string[]> {}

@QueryHandler(ListVolumes)
export class ListVolumesHandler implements IQueryHandler<ListVolumes> {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  execute(): Promise<string[]> {
    return this.queries.volumeIds();
  }
}

export class GetVolume extends Query<VolumeView> {
  constructor(readonly volumeId: string) {
    super();
  }
}

@QueryHandler(GetVolume)
export class GetVolumeHandler implements IQueryHandler<GetVolume> {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  async execute({ volumeId }: GetVolume): Promise<VolumeView> {
    const view = await this.queries.volume(volumeId);
    if (view === null) throw notFound();
    return view;
  }
}
