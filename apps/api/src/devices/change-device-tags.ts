import { type TagChange, type Tags, deviceDecider, evolveDevice } from '#domain';
import { fold } from '#kernel';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import type { Wish } from '../changes/wish.js';
import { type Answer, jsonAnswer } from '../wire/answers.js';
import { tagsJson } from './device-json.js';

/** Answered with all tags that the device has then. */
export class ChangeDeviceTags extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly deviceId: string,
    readonly change: TagChange,
    readonly tags: Tags,
  ) {
    super(wish);
  }
}

@CommandHandler(ChangeDeviceTags)
export class ChangeDeviceTagsHandler implements ICommandHandler<ChangeDeviceTags> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  execute({ wish, deviceId, change, tags }: ChangeDeviceTags): Promise<Answer> {
    return this.changes.commit(wish, async ({ tx }) => {
      const { state, version } = await tx.load('device', deviceId, { lock: true });
      const events = deviceDecider.decide({ type: 'ChangeDeviceTags', change, tags }, state);
      await tx.append([{ kind: 'device', id: deviceId, expectedVersion: version, events }]);
      return jsonAnswer(200, tagsJson(fold(evolveDevice, state, events).tags));
    });
  }
}
