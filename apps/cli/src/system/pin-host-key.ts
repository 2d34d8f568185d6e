import { nodeDecider, type PinnedHostKey } from '#domain';
import { isId, newId } from '#kernel';
import type { Ledger, Queries } from '#read-model';

/**
 * Pins the host key that an administrator vouches for, after a node was installed anew. Takes effect at the next connection.
 * @param node id or manage hostname
 * @param actor who vouches; the event carries it
 * @returns the node's id
 * @throws Error where there is no such node
 */
export async function pinHostKey(
  { ledger, queries }: { readonly ledger: Ledger; readonly queries: Pick<Queries, 'hostnameOwner'> },
  { node, key, actor }: { readonly node: string; readonly key: PinnedHostKey; readonly actor: string },
): Promise<string> {
  const nodeId = isId(node) ? node : await queries.hostnameOwner('manage', node);
  if (nodeId === null) throw new Error(`no node has the manage hostname ${node}`);
  const requestId = newId();
  const attribution = {
    actor,
    issuer: 'brickyard-cli',
    requestId,
    sourceAddress: null,
    userAgent: null,
    correlationId: requestId,
    causationId: null,
  };
  await ledger.transact({ attribution, commandId: requestId }, async (tx) => {
    const { state, version } = await tx.load('node', nodeId, { lock: true });
    const events = nodeDecider.decide({ type: 'ReplaceNodeHostKey', key }, state);
    await tx.append([{ kind: 'node', id: nodeId, expectedVersion: version, events }]);
  });
  return nodeId;
}
