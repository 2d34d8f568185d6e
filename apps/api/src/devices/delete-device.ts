import { deviceDecider } from '#domain';
import type { Attribution } from '#kernel';
import { acceptOperation } from '#operations';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { lockDevice } from './lock-device.js';

/** Results in the operation's id. */
export class DeleteDevice extends Command<string> {
  constructor(
    readonly by: Attribution,
    readonly deviceId: string,
    /** Forget the device even where its node does not let it go. */
    readonly forceForget: boolean,
  ) {
    super();
  }
}

@CommandHandler(DeleteDevice)
export class DeleteDeviceHandler implements ICommandHandler<DeleteDevice> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  execute({ by, deviceId, forceForget }: DeleteDevice): Promise<string> {
    return this.changes.accept(by, async (work, operationId) => {
      const { state, version } = await lockDevice(work, deviceId);
      const events = deviceDecider.decide({ type: 'DeleteDevice', operationId, forceForget }, state);
      return [
        acceptOperation({
          operationId,
          kind: 'device-delete',
          subjectId: deviceId,
          clusterId: state.clusterId,
          requestedBy: by.issuer,
          payload: { forceForget },
        }),
        { kind: 'device', id: deviceId, expectedVersion: version, events },
      ];
    });
  }
}
