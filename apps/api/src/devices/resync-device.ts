import { requireIdleDevice } from '#domain';
import type { Attribution } from '#kernel';
import { acceptOperation } from '#operations';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { lockDevice } from './lock-device.js';

/** Measures a device again. Results in the operation's id. */
export class ResyncDevice extends Command<string> {
  constructor(
    readonly by: Attribution,
    readonly deviceId: string,
  ) {
    super();
  }
}

@CommandHandler(ResyncDevice)
export class ResyncDeviceHandler implements ICommandHandler<ResyncDevice> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  execute({ by, deviceId }: ResyncDevice): Promise<string> {
    return this.changes.accept(by, async (work, operationId) => {
      const { state } = await lockDevice(work, deviceId);
      requireIdleDevice(state);
      const { clusterId } = state;
      return [
        acceptOperation({ operationId, kind: 'device-resync', subjectId: deviceId, clusterId, requestedBy: by.issuer }),
      ];
    });
  }
}
