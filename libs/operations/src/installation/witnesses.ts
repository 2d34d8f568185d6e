import type { NodeState } from '#domain';
import { messageOf, type Logger } from '#kernel';
import type { Queries } from '#read-model';
import { addressOf, type StorageNodes } from '#storage-nodes';
import type { QueueConnection } from '../queue/connection.js';
import { ownerKey, queueOwner } from '../queue/queue-owner.js';
import type { Witness } from './installation-watch.js';

const QUEUE_EVERY_MS = 10_000;
/** A connection to a node. */
const NODES_EVERY_MS = 300_000;
/** Asked in one round, one after the other, until one of them is ours. */
const NODES_AT_MOST = 16;
const NODE_TIMEOUT_MS = 10_000;

const OTHER_DATABASE = 'Is DATABASE_URL the right one? Is it empty because a backup has not been restored?';

type NodesOf = Pick<Queries, 'clusterIds' | 'clusterNodes'>;

/** The operator, who has written the id down. */
export function configuredWitness(expectedId: string): Witness {
  const testimony = {
    installationId: expectedId.toLowerCase(),
    by: 'BRICKYARD_INSTALLATION_ID',
    remedy: `${OTHER_DATABASE} If it is right, correct BRICKYARD_INSTALLATION_ID`,
  };
  return { everyMs: QUEUE_EVERY_MS, ask: () => Promise.resolve(expectedId === '' ? null : testimony) };
}

/**
 * A queue in Redis remembers whose it is: that of the first database with nodes that came. One on Postgres is in the database
 * itself, and knows no more than that.
 */
export function queueWitness(connection: QueueConnection, queries: NodesOf): Witness {
  return {
    everyMs: QUEUE_EVERY_MS,
    ask: async (databaseId) => {
      if (connection.backend !== 'redis') return null;
      let installationId = await queueOwner(connection, null);
      // A database without nodes takes no queue: there may be another one that has some.
      if (installationId === null && (await nodesOf(queries, 1)).length > 0) {
        installationId = await queueOwner(connection, databaseId);
      }
      if (installationId === null) return null;
      return {
        installationId,
        by: 'the queue in Redis',
        remedy:
          `${OTHER_DATABASE} Is REDIS_URL that of another installation? ` +
          `If both are right, delete the key ${ownerKey(connection)} in Redis`,
      };
    },
  };
}

export interface NodesWitnessParts {
  readonly queries: NodesOf;
  readonly nodes: Pick<StorageNodes, 'nodeInstallation'>;
  readonly logger: Logger;
}

/**
 * The nodes that the database knows. A single one with another mark has been given away, and refuses commands by itself; where
 * none is ours and some are another's, it is the database that is wrong.
 */
export function nodesWitness({ queries, nodes, logger }: NodesWitnessParts): Witness {
  return {
    everyMs: NODES_EVERY_MS,
    ask: async (databaseId, signal) => {
      let foreign: string | null = null;
      for (const node of await nodesOf(queries, NODES_AT_MOST)) {
        signal.throwIfAborted();
        const mark = await markOf(node, nodes, logger, signal);
        if (mark === databaseId) return null;
        if (mark !== null)
          logger.warn({ nodeId: node.nodeId, installationId: mark }, 'node belongs to another installation');
        foreign ??= mark;
      }
      if (foreign === null) return null;
      const remedy = `${OTHER_DATABASE} If it is right, take the mark off the nodes (the log names them)`;
      return { installationId: foreign, by: 'the mark on its storage nodes', remedy };
    },
  };
}

async function nodesOf(queries: NodesOf, atMost: number): Promise<NodeState[]> {
  const found: NodeState[] = [];
  for (const clusterId of await queries.clusterIds()) {
    found.push(...(await queries.clusterNodes(clusterId)).map(({ node }) => node));
    if (found.length >= atMost) break;
  }
  return found.slice(0, atMost);
}

/** null: none, or it cannot be asked now. */
async function markOf(
  node: NodeState,
  nodes: NodesWitnessParts['nodes'],
  logger: Logger,
  signal: AbortSignal,
): Promise<string | null> {
  const call = { signal: AbortSignal.any([signal, AbortSignal.timeout(NODE_TIMEOUT_MS)]), onCommand: () => undefined };
  try {
    return await nodes.nodeInstallation(addressOf(node), call);
  } catch (error) {
    logger.debug({ nodeId: node.nodeId, error: messageOf(error) }, 'node not asked for its installation');
    return null;
  }
}
