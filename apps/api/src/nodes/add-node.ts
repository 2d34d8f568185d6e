import { type NodeDescription, type TakenHostname, nodeDecider, noNode } from '#domain';
import { type Attribution, newId } from '#kernel';
import { acceptOperation } from '#operations';
import type { Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { QUERIES } from '../tokens.js';
import { GlusterdCheck } from './glusterd-check.js';

/** Results in the operation's id. */
export class AddNode extends Command<string> {
  constructor(
    readonly by: Attribution,
    readonly node: Omit<NodeDescription, 'nodeId'>,
  ) {
    super();
  }
}

async function takenHostname(queries: Queries, node: NodeDescription): Promise<TakenHostname | null> {
  const names = [
    ...node.manageHostnames.map((hostname) => ({ kind: 'manage' as const, hostname })),
    ...node.storageHostnames.map((hostname) => ({ kind: 'storage' as const, hostname })),
  ];
  for (const { kind, hostname } of names) {
    const nodeId = await queries.hostnameOwner(kind, hostname);
    if (nodeId !== null) return { hostname, nodeId };
  }
  return null;
}

/**
 * Everything that refuses a node is asked twice: before the node is probed, so that no connection is made for nothing, and in
 * the transaction, where the cluster is locked. Two clusters that race for a hostname meet at its key in the read model; the
 * ledger repeats the loser, who then finds it taken.
 */
@CommandHandler(AddNode)
export class AddNodeHandler implements ICommandHandler<AddNode> {
  constructor(
    @Inject(Changes) private readonly changes: Changes,
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(GlusterdCheck) private readonly glusterd: GlusterdCheck,
  ) {}

  async execute({ by, node: described }: AddNode): Promise<string> {
    const node = { ...described, nodeId: newId() };
    const { nodeId, clusterId } = node;
    const decide = async (queries: Queries, operationId: string): Promise<ReturnType<typeof nodeDecider.decide>> =>
      nodeDecider.decide(
        {
          type: 'AddNode',
          operationId,
          node,
          clusterExists: (await queries.state('cluster', clusterId)) !== null,
          takenHostname: await takenHostname(queries, node),
        },
        noNode,
      );
    await decide(this.queries, nodeId);
    await this.glusterd.requireGlusterd(clusterId, node);
    return this.changes.accept(by, async ({ tx, queries }, operationId) => {
      await tx.lockCluster(clusterId);
      const events = await decide(queries, operationId);
      return [
        acceptOperation({ operationId, kind: 'node-add', subjectId: nodeId, clusterId, requestedBy: by.issuer }),
        { kind: 'node', id: nodeId, expectedVersion: 0, events },
      ];
    });
  }
}
