import { nodeDecider } from '#domain';
import { acceptOperation } from '#operations';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import { Throttle } from '../changes/throttle.js';
import type { Wish } from '../changes/wish.js';
import type { Answer } from '../wire/answers.js';
import { lockNode } from './lock-node.js';

export class DeleteNode extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly nodeId: string,
  ) {
    super(wish);
  }
}

@CommandHandler(DeleteNode)
export class DeleteNodeHandler implements ICommandHandler<DeleteNode> {
  constructor(
    @Inject(Changes) private readonly changes: Changes,
    @Inject(Throttle) private readonly throttle: Throttle,
  ) {}

  async execute({ wish, nodeId }: DeleteNode): Promise<Answer> {
    await this.throttle.admit(wish);
    return this.changes.accept(wish, async (work, operationId) => {
      const { state, version } = await lockNode(work, nodeId);
      const { devices } = await work.queries.occupants('node', nodeId);
      const events = nodeDecider.decide({ type: 'DeleteNode', operationId, devices }, state);
      const { clusterId } = state;
      return [
        acceptOperation({
          operationId,
          kind: 'node-delete',
          subjectId: nodeId,
          clusterId,
          requestedBy: wish.by.issuer,
        }),
        { kind: 'node', id: nodeId, expectedVersion: version, events },
      ];
    });
  }
}
