import { type AdminState, noDevice, requireDevice } from '#domain';
import type { Attribution } from '#kernel';
import { changeDeviceState } from '#operations';
import type { Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { Throttle } from '../changes/throttle.js';
import { QUERIES } from '../tokens.js';
import { lockDevice } from './lock-device.js';

/** Results in the id of an operation that has ended already. */
export class ChangeDeviceState extends Command<string> {
  constructor(
    readonly by: Attribution,
    readonly deviceId: string,
    readonly state: AdminState,
  ) {
    super();
  }
}

@CommandHandler(ChangeDeviceState)
export class ChangeDeviceStateHandler implements ICommandHandler<ChangeDeviceState> {
  constructor(
    @Inject(Changes) private readonly changes: Changes,
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(Throttle) private readonly throttle: Throttle,
  ) {}

  async execute({ by, deviceId, state: to }: ChangeDeviceState): Promise<string> {
    requireDevice((await this.queries.state('device', deviceId)) ?? noDevice);
    if (to === 'failed') await this.throttle.admit();
    return this.changes.accept(by, async (work, operationId) => {
      const device = await lockDevice(work, deviceId);
      const request = {
        operationId,
        kind: 'device-state' as const,
        subjectId: deviceId,
        clusterId: device.state.clusterId,
        requestedBy: by.issuer,
        payload: { state: to },
      };
      return changeDeviceState(request, device, to);
    });
  }
}
