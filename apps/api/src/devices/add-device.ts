import { type DeviceDescription, deviceDecider, noDevice } from '#domain';
import { type Attribution, DomainError, newId } from '#kernel';
import { acceptOperation } from '#operations';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';

/** Results in the operation's id. */
export class AddDevice extends Command<string> {
  constructor(
    readonly by: Attribution,
    readonly device: Omit<DeviceDescription, 'deviceId' | 'clusterId'>,
  ) {
    super();
  }
}

@CommandHandler(AddDevice)
export class AddDeviceHandler implements ICommandHandler<AddDevice> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  execute({ by, device: described }: AddDevice): Promise<string> {
    const deviceId = newId();
    return this.changes.accept(by, async ({ tx, queries }, operationId) => {
      const found = await queries.state('node', described.nodeId);
      if (found === null) throw new DomainError('not-found', 'Node id does not exist');
      const { clusterId } = found;
      await tx.lockCluster(clusterId);
      const node = await tx.load('node', described.nodeId);
      const device = { ...described, deviceId, clusterId };
      const nodeExists = node.state.status === 'active';
      const events = deviceDecider.decide({ type: 'AddDevice', operationId, device, nodeExists }, noDevice);
      return [
        acceptOperation({
          operationId,
          kind: 'device-add',
          subjectId: deviceId,
          clusterId,
          requestedBy: by.issuer,
          nodeId: described.nodeId,
        }),
        { kind: 'device', id: deviceId, expectedVersion: 0, events },
      ];
    });
  }
}
