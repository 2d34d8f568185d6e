import { type TagChange, type Tags, deviceDecider, evolveDevice } from '#domain';
import { type Attribution, fold } from '#kernel';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';

/** Results in all tags that the device has then. */
export class ChangeDeviceTags extends Command<Tags> {
  constructor(
    readonly by: Attribution,
    readonly deviceId: string,
    readonly change: TagChange,
    readonly tags: Tags,
  ) {
    super();
  }
}

@CommandHandler(ChangeDeviceTags)
export class ChangeDeviceTagsHandler implements ICommandHandler<ChangeDeviceTags> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  execute({ by, deviceId, change, tags }: ChangeDeviceTags): Promise<Tags> {
    return this.changes.commit(by, async ({ tx }) => {
      const { state, version } = await tx.load('device', deviceId, { lock: true });
      const events = deviceDecider.decide({ type: 'ChangeDeviceTags', change, tags }, state);
      await tx.append([{ kind: 'device', id: deviceId, expectedVersion: version, events }]);
      return fold(evolveDevice, state, events).tags;
    });
  }
}
