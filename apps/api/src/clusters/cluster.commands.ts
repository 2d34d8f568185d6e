import { type ClusterCommand, type ClusterFlags, clusterDecider } from '#domain';
import { type Attribution, newId } from '#kernel';
import type { LedgerTransaction } from '#read-model';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes } from '../changes/changes.js';

async function change(tx: LedgerTransaction, clusterId: string, command: ClusterCommand): Promise<void> {
  const { state, version } = await tx.load('cluster', clusterId, { lock: true });
  const events = clusterDecider.decide(command, state);
  await tx.append([{ kind: 'cluster', id: clusterId, expectedVersion: version, events }]);
}

/** Results in the new cluster's id. */
export class CreateCluster extends Command<string> {
  constructor(
    readonly by: Attribution,
    readonly flags: ClusterFlags,
  ) {
    super();
  }
}

@CommandHandler(CreateCluster)
export class CreateClusterHandler implements ICommandHandler<CreateCluster> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  async execute({ by, flags }: CreateCluster): Promise<string> {
    const clusterId = newId();
    await this.changes.commit(by, ({ tx }) => change(tx, clusterId, { type: 'CreateCluster', clusterId, ...flags }));
    return clusterId;
  }
}

export class ChangeClusterFlags extends Command<void> {
  constructor(
    readonly by: Attribution,
    readonly clusterId: string,
    readonly flags: ClusterFlags,
  ) {
    super();
  }
}

@CommandHandler(ChangeClusterFlags)
export class ChangeClusterFlagsHandler implements ICommandHandler<ChangeClusterFlags> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  async execute({ by, clusterId, flags }: ChangeClusterFlags): Promise<void> {
    await this.changes.commit(by, ({ tx }) => change(tx, clusterId, { type: 'ChangeClusterFlags', ...flags }));
  }
}

export class DeleteCluster extends Command<void> {
  constructor(
    readonly by: Attribution,
    readonly clusterId: string,
  ) {
    super();
  }
}

@CommandHandler(DeleteCluster)
export class DeleteClusterHandler implements ICommandHandler<DeleteCluster> {
  constructor(@Inject(Changes) private readonly changes: Changes) {}

  async execute({ by, clusterId }: DeleteCluster): Promise<void> {
    await this.changes.commit(by, async ({ tx, queries }) => {
      await tx.lockCluster(clusterId);
      const hasVolumes = (await queries.volumeCount(clusterId)) > 0;
      const hasNodes = !hasVolumes && (await queries.clusterHasContents(clusterId));
      await change(tx, clusterId, { type: 'DeleteCluster', hasNodes, hasVolumes });
    });
  }
}
