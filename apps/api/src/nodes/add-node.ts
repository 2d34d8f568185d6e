import { type NodeDescription, type TakenHostname, nodeDecider, noNode } from '#domain';
import { newId } from '#kernel';
import { acceptOperation } from '#operations';
import type { Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Begun, Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import { inFlightTwin } from '../changes/in-flight-twin.js';
import { Throttle } from '../changes/throttle.js';
import type { Wish } from '../changes/wish.js';
import type { Answer } from '../wire/answers.js';
import { QUERIES } from '../tokens.js';
import { GlusterdCheck } from './glusterd-check.js';

export class AddNode extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly node: Omit<NodeDescription, 'nodeId'>,
  ) {
    super(wish);
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

/** @throws DomainError where the node may not be added */
async function begin(queries: Queries, wish: Wish, node: NodeDescription, operationId: string): Promise<Begun> {
  const { nodeId, clusterId } = node;
  const clusterExists = (await queries.state('cluster', clusterId)) !== null;
  const taken = await takenHostname(queries, node);
  const twin = taken === null ? null : await inFlightTwin(queries, wish);
  if (twin !== null) return twin;
  const command = { type: 'AddNode', operationId, node, clusterExists, takenHostname: taken } as const;
  const events = nodeDecider.decide(command, noNode);
  const { by, digest: requestDigest } = wish;
  const request = { operationId, kind: 'node-add', subjectId: nodeId, clusterId, requestedBy: by.issuer } as const;
  return [acceptOperation({ ...request, requestDigest }), { kind: 'node', id: nodeId, expectedVersion: 0, events }];
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
    @Inject(Throttle) private readonly throttle: Throttle,
  ) {}

  async execute({ wish, node: described }: AddNode): Promise<Answer> {
    const node = { ...described, nodeId: newId() };
    const begun = await begin(this.queries, wish, node, node.nodeId);
    await this.throttle.admit(wish);
    // A node that is being added was probed when it was accepted.
    if (!('inFlight' in begun)) await this.glusterd.requireGlusterd(node.clusterId, node);
    return this.changes.accept(wish, async ({ tx, queries }, operationId) => {
      await tx.lockCluster(node.clusterId);
      return begin(queries, wish, node, operationId);
    });
  }
}
