import { notFound } from '#domain';
import type { DeviceView, Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { QUERIES } from '../tokens.js';

export class GetDevice extends Query<DeviceView> {
  constructor(readonly deviceId: string) {
    super();
  }
}

@QueryHandler(GetDevice)
export class GetDeviceHandler implements IQueryHandler<GetDevice> {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  async execute({ deviceId }: GetDevice): Promise<DeviceView> {
    const view = await this.queries.device(deviceId);
    if (view === null) throw notFound();
    return view;
  }
}
