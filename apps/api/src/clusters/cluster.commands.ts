import { type ClusterCommand, type ClusterFlags, clusterDecider } from '#domain';
import { newId } from '#kernel';
import type { LedgerTransaction } from '#read-model';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import type { Wish } from '../changes/wish.js';
import { type Answer, emptyAnswer, jsonAnswer } from '../wire/answers.js';
import { clusterJson } from './cluster-json.js';

async function change(tx: LedgerTransaction, clusterId: string, command: ClusterCommand): Promise<void> {
  const { state, version } = await tx.load('cluster', clusterId, { lock: true });
  const events = clusterDecider.decide(command, state);
  await tx.append([{ kind: 'cluster', id: clusterId, expectedVersion: version, events }]);
}

export class CreateCluster extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly flags: ClusterFlags,
  ) {
    super(wish);
  }
}

@CommandHandler(CreateCluster)
export class CreateClusterHandler implements ICommandHandler<CreateCluster> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  execute({ wish, flags }: CreateCluster): Promise<Answer> {
    const clusterId = newId();
    return this.changes.commit(wish, async ({ tx, queries }) => {
      await change(tx, clusterId, { type: 'CreateCluster', clusterId, ...flags });
      const view = await queries.cluster(clusterId);
      if (view === null) throw new Error(`cluster ${clusterId} is not there after its creation`);
      return jsonAnswer(201, clusterJson(view));
    });
  }
}

export class ChangeClusterFlags extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly clusterId: string,
    readonly flags: ClusterFlags,
  ) {
    super(wish);
  }
}

@CommandHandler(ChangeClusterFlags)
export class ChangeClusterFlagsHandler implements ICommandHandler<ChangeClusterFlags> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  execute({ wish, clusterId, flags }: ChangeClusterFlags): Promise<Answer> {
    return this.changes.commit(wish, async ({ tx }) => {
      await change(tx, clusterId, { type: 'ChangeClusterFlags', ...flags });
      return emptyAnswer(200, { 'content-type': 'application/json; charset=UTF-8' });
    });
  }
}

export class DeleteCluster extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly clusterId: string,
  ) {
    super(wish);
  }
}

@CommandHandler(DeleteCluster)
export class DeleteClusterHandler implements ICommandHandler<DeleteCluster> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  execute({ wish, clusterId }: DeleteCluster): Promise<Answer> {
    return this.changes.commit(wish, async ({ tx, queries }) => {
      await tx.lockCluster(clusterId);
      const { nodes, volumes } = await queries.occupants('cluster', clusterId);
      await change(tx, clusterId, { type: 'DeleteCluster', nodes, volumes });
      return emptyAnswer(200);
    });
  }
}
