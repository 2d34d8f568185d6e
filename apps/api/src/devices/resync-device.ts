import { requireIdleDevice } from '#domain';
import { acceptOperation } from '#operations';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import type { Wish } from '../changes/wish.js';
import type { Answer } from '../wire/answers.js';
import { lockDevice } from './lock-device.js';

/** Measures a device again. Results in the operation's id. */
export class ResyncDevice extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly deviceId: string,
  ) {
    super(wish);
  }
}

@CommandHandler(ResyncDevice)
export class ResyncDeviceHandler implements ICommandHandler<ResyncDevice> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  execute({ wish, deviceId }: ResyncDevice): Promise<Answer> {
    return this.changes.accept(wish, async (work, operationId) => {
      const { state } = await lockDevice(work, deviceId);
      requireIdleDevice(state);
      const { clusterId } = state;
      return [
        acceptOperation({
          operationId,
          kind: 'device-resync',
          subjectId: deviceId,
          clusterId,
          requestedBy: wish.by.issuer,
        }),
      ];
    });
  }
}
