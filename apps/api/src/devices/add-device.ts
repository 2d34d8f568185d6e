import { type DeviceDescription, deviceDecider, noDevice } from '#domain';
import { DomainError, newId } from '#kernel';
import { acceptOperation } from '#operations';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import { inFlightTwin } from '../changes/in-flight-twin.js';
import { Throttle } from '../changes/throttle.js';
import type { Wish } from '../changes/wish.js';
import type { Answer } from '../wire/answers.js';

export class AddDevice extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly device: Omit<DeviceDescription, 'deviceId' | 'clusterId'>,
  ) {
    super(wish);
  }
}

@CommandHandler(AddDevice)
export class AddDeviceHandler implements ICommandHandler<AddDevice> {
  constructor(
    @Inject(Changes) private readonly changes: Changes,
    @Inject(Throttle) private readonly throttle: Throttle,
  ) {}

  async execute({ wish, device: described }: AddDevice): Promise<Answer> {
    const deviceId = newId();
    await this.throttle.admit(wish);
    return this.changes.accept(wish, async ({ tx, queries }, operationId) => {
      const found = await queries.state('node', described.nodeId);
      if (found === null) throw new DomainError('not-found', 'Node id does not exist');
      const { clusterId } = found;
      await tx.lockCluster(clusterId);
      const node = await tx.load('node', described.nodeId);
      // Nothing here refuses a path that is taken; the node does. So whether one is being added has to be asked.
      const twin = await inFlightTwin(queries, wish);
      if (twin !== null) return twin;
      const device = { ...described, deviceId, clusterId };
      const nodeExists = node.state.status === 'active';
      const events = deviceDecider.decide({ type: 'AddDevice', operationId, device, nodeExists }, noDevice);
      return [
        acceptOperation({
          operationId,
          kind: 'device-add',
          subjectId: deviceId,
          clusterId,
          requestedBy: wish.by.issuer,
          nodeId: described.nodeId,
          requestDigest: wish.digest,
        }),
        { kind: 'device', id: deviceId, expectedVersion: 0, events },
      ];
    });
  }
}
