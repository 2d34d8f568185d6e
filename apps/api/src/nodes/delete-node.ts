import { nodeDecider } from '#domain';
import type { Attribution } from '#kernel';
import { acceptOperation } from '#operations';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { lockNode } from './lock-node.js';

/** Results in the operation's id. */
export class DeleteNode extends Command<string> {
  constructor(
    readonly by: Attribution,
    readonly nodeId: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteNode)
export class DeleteNodeHandler implements ICommandHandler<DeleteNode> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  execute({ by, nodeId }: DeleteNode): Promise<string> {
    return this.changes.accept(by, async (work, operationId) => {
      const { state, version } = await lockNode(work, nodeId);
      const hasDevices = await work.queries.nodeHasDevices(nodeId);
      const events = nodeDecider.decide({ type: 'DeleteNode', operationId, hasDevices }, state);
      const { clusterId } = state;
      return [
        acceptOperation({ operationId, kind: 'node-delete', subjectId: nodeId, clusterId, requestedBy: by.issuer }),
        { kind: 'node', id: nodeId, expectedVersion: version, events },
      ];
    });
  }
}
