import { type AdminState, noDevice, requireDevice } from '#domain';
import { changeDeviceState } from '#operations';
import type { Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import { Throttle } from '../changes/throttle.js';
import type { Wish } from '../changes/wish.js';
import type { Answer } from '../wire/answers.js';
import { QUERIES } from '../tokens.js';
import { lockDevice } from './lock-device.js';

/** Accepted and ended at once. */
export class ChangeDeviceState extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly deviceId: string,
    readonly state: AdminState,
  ) {
    super(wish);
  }
}

@CommandHandler(ChangeDeviceState)
export class ChangeDeviceStateHandler implements ICommandHandler<ChangeDeviceState> {
  constructor(
    @Inject(Changes) private readonly changes: Changes,
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(Throttle) private readonly throttle: Throttle,
  ) {}

  async execute({ wish, deviceId, state: to }: ChangeDeviceState): Promise<Answer> {
    requireDevice((await this.queries.state('device', deviceId)) ?? noDevice);
    if (to === 'failed') await this.throttle.admit(wish);
    return this.changes.accept(wish, async (work, operationId) => {
      const device = await lockDevice(work, deviceId);
      const request = {
        operationId,
        kind: 'device-state' as const,
        subjectId: deviceId,
        clusterId: device.state.clusterId,
        requestedBy: wish.by.issuer,
        payload: { state: to },
      };
      const { volumes } = await work.queries.occupants('device', deviceId);
      return changeDeviceState(request, device, to, volumes);
    });
  }
}
