import { type AdminState, type DeviceState, noNode, requireNode } from '#domain';
import { changeNodeState } from '#operations';
import type { Loaded, Queries } from '#read-model';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Changes, type Work } from '../changes/changes.js';
import { ChangeCommand } from '../changes/commands.js';
import { Throttle } from '../changes/throttle.js';
import type { Wish } from '../changes/wish.js';
import type { Answer } from '../wire/answers.js';
import { QUERIES } from '../tokens.js';
import { lockNode } from './lock-node.js';

/** Accepted and ended at once. */
export class ChangeNodeState extends ChangeCommand {
  constructor(
    wish: Wish,
    readonly nodeId: string,
    readonly state: AdminState,
  ) {
    super(wish);
  }
}

async function lockDevices({ tx, queries }: Work, nodeId: string): Promise<Loaded<DeviceState>[]> {
  const view = await queries.node(nodeId);
  const locked: Loaded<DeviceState>[] = [];
  for (const { device } of view?.devices ?? []) {
    locked.push(await tx.load('device', device.deviceId, { lock: true }));
  }
  return locked;
}

@CommandHandler(ChangeNodeState)
export class ChangeNodeStateHandler implements ICommandHandler<ChangeNodeState> {
  constructor(
    @Inject(Changes) private readonly changes: Changes,
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(Throttle) private readonly throttle: Throttle,
  ) {}

  async execute({ wish, nodeId, state: to }: ChangeNodeState): Promise<Answer> {
    requireNode((await this.queries.state('node', nodeId)) ?? noNode);
    if (to === 'failed') await this.throttle.admit(wish);
    return this.changes.accept(wish, async (work, operationId) => {
      const node = await lockNode(work, nodeId);
      const devices = to === 'failed' ? await lockDevices(work, nodeId) : [];
      const { clusterId } = node.state;
      const request = {
        operationId,
        kind: 'node-state' as const,
        subjectId: nodeId,
        clusterId,
        requestedBy: wish.by.issuer,
        payload: { state: to },
      };
      return changeNodeState(request, node, devices, to);
    });
  }
}
