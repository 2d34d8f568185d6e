import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import { Throttle } from '../changes/throttle.js';
import type { Wish } from '../changes/wish.js';
import type { Answer } from '../wire/answers.js';
import { decideNodeDelete } from './decide-node-delete.js';
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
      const node = await lockNode(work, nodeId);
      const { devices } = await work.queries.occupants('node', nodeId);
      return decideNodeDelete(node, devices, { operationId, requestedBy: wish.by.issuer });
    });
  }
}
