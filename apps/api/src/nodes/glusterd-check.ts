import type { NodeState } from '#domain';
import { DomainError, type Logger, messageOf } from '#kernel';
import type { NodeWithDevices, Queries } from '#read-model';
import type { NodeAddress, NodeCall, StorageNodes } from '#storage-nodes';
import { Inject, Injectable } from '@nestjs/common';
import type { ApiDependencies } from '../dependencies.js';
import { DEPENDENCIES } from '../tokens.js';

/** All probes of one request together; the client waits for them. */
const DEADLINE_MS = 30_000;

type Reachable = Pick<NodeState, 'nodeId' | 'manageHostnames' | 'storageHostnames' | 'hostKey'>;

function addressOf({ nodeId, manageHostnames, storageHostnames, hostKey }: Reachable): NodeAddress {
  return { nodeId, manageHost: manageHostnames[0] ?? '', storageHost: storageHostnames[0] ?? '', hostKey };
}

/**
 * What Heketi asks before it accepts a node: does glusterd run on the new node, where it is the first of its cluster, or on
 * any online member, where there are some.
 */
@Injectable()
export class GlusterdCheck {
  private readonly nodes: Pick<StorageNodes, 'glusterdRunning'>;
  private readonly queries: Queries;
  private readonly logger: Logger;

  constructor(@Inject(DEPENDENCIES) { storageNodes, queries, logger }: ApiDependencies) {
    this.nodes = storageNodes;
    this.queries = queries;
    this.logger = logger;
  }

  /** @throws DomainError `invalid` with Heketi's texts */
  async requireGlusterd(clusterId: string, newNode: Omit<Reachable, 'hostKey'>): Promise<void> {
    const members = await this.queries.clusterNodes(clusterId);
    const call: NodeCall = {
      signal: AbortSignal.timeout(DEADLINE_MS),
      onCommand: (record) => this.logger.debug({ record }, 'asked for glusterd'),
    };
    if (members.length === 0) {
      if (await this.runs({ ...newNode, hostKey: null }, call)) return;
      throw new DomainError('invalid', "New Node doesn't have glusterd running");
    }
    if (!(await this.anyRuns(members, call))) {
      throw new DomainError('invalid', 'None of the nodes in cluster has glusterd running');
    }
  }

  private async anyRuns(members: readonly NodeWithDevices[], call: NodeCall): Promise<boolean> {
    for (const { node } of members) {
      if (node.state === 'online' && (await this.runs(node, call))) return true;
    }
    return false;
  }

  private async runs(node: Reachable, call: NodeCall): Promise<boolean> {
    try {
      return await this.nodes.glusterdRunning(addressOf(node), call);
    } catch (error) {
      this.logger.info({ nodeId: node.nodeId, reason: messageOf(error) }, 'node could not be asked for its glusterd');
      return false;
    }
  }
}
