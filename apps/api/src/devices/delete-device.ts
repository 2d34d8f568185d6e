import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import { Throttle } from '../changes/throttle.js';
import type { Wish } from '../changes/wish.js';
import type { Answer } from '../wire/answers.js';
import { decideDeviceDelete } from './decide-device-delete.js';
import { lockDevice } from './lock-device.js';

export class DeleteDevice extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly deviceId: string,
    /** Forget the device even where its node does not let it go. */
    readonly forceForget: boolean,
  ) {
    super(wish);
  }
}

@CommandHandler(DeleteDevice)
export class DeleteDeviceHandler implements ICommandHandler<DeleteDevice> {
  constructor(
    @Inject(Changes) private readonly changes: Changes,
    @Inject(Throttle) private readonly throttle: Throttle,
  ) {}

  async execute({ wish, deviceId, forceForget }: DeleteDevice): Promise<Answer> {
    await this.throttle.admit(wish);
    return this.changes.accept(wish, async (work, operationId) => {
      const device = await lockDevice(work, deviceId);
      const { volumes } = await work.queries.occupants('device', deviceId);
      return decideDeviceDelete(device, volumes, { operationId, requestedBy: wish.by.issuer, forceForget });
    });
  }
}
