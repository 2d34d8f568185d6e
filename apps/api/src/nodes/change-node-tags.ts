import { type TagChange, type Tags, evolveNode, nodeDecider } from '#domain';
import { fold } from '#kernel';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import type { Wish } from '../changes/wish.js';
import { type Answer, jsonAnswer } from '../wire/answers.js';
import { tagsJson } from '../devices/device-json.js';

/** Answered with all tags that the node has then. */
export class ChangeNodeTags extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly nodeId: string,
    readonly change: TagChange,
    readonly tags: Tags,
  ) {
    super(wish);
  }
}

@CommandHandler(ChangeNodeTags)
export class ChangeNodeTagsHandler implements ICommandHandler<ChangeNodeTags> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  execute({ wish, nodeId, change, tags }: ChangeNodeTags): Promise<Answer> {
    return this.changes.commit(wish, async ({ tx }) => {
      const { state, version } = await tx.load('node', nodeId, { lock: true });
      const events = nodeDecider.decide({ type: 'ChangeNodeTags', change, tags }, state);
      await tx.append([{ kind: 'node', id: nodeId, expectedVersion: version, events }]);
      return jsonAnswer(200, tagsJson(fold(evolveNode, state, events).tags));
    });
  }
}
