import { type TagChange, type Tags, evolveNode, nodeDecider } from '#domain';
import { type Attribution, fold } from '#kernel';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';

/** Results in all tags that the node has then. */
export class ChangeNodeTags extends Command<Tags> {
  constructor(
    readonly by: Attribution,
    readonly nodeId: string,
    readonly change: TagChange,
    readonly tags: Tags,
  ) {
    super();
  }
}

@CommandHandler(ChangeNodeTags)
export class ChangeNodeTagsHandler implements ICommandHandler<ChangeNodeTags> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  execute({ by, nodeId, change, tags }: ChangeNodeTags): Promise<Tags> {
    return this.changes.commit(by, async ({ tx }) => {
      const { state, version } = await tx.load('node', nodeId, { lock: true });
      const events = nodeDecider.decide({ type: 'ChangeNodeTags', change, tags }, state);
      await tx.append([{ kind: 'node', id: nodeId, expectedVersion: version, events }]);
      return fold(evolveNode, state, events).tags;
    });
  }
}
