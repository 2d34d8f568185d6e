import { randomUUID } from 'node:crypto';
import type { NodeState } from '#domain';
import { silentLogger } from '#kernel';
import type { NodeWithDevices } from '#read-model';
import type { NodeAddress } from '#storage-nodes';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { ownerKey } from '../queue/queue-owner.js';
import { configuredWitness, nodesWitness, queueWitness } from './witnesses.js';

const { signal } = new AbortController();
const [ours, theirs] = [randomUUID(), randomUUID()];

/** A read model that knows these nodes. */
function knowing(...names: string[]) {
  const nodes = names.map((nodeId): NodeWithDevices => {
    const node = { nodeId, clusterId: 'c', manageHostnames: [nodeId], storageHostnames: [nodeId], hostKey: null };
    return { node: node as unknown as NodeState, devices: [] };
  });
  return { clusterIds: () => Promise.resolve(['c']), clusterNodes: () => Promise.resolve(nodes) };
}

describe('the setting', () => {
  it('says what it is set to, in small letters as Postgres writes it, and nothing where it is not set', async () => {
    expect(await configuredWitness(theirs.toUpperCase()).ask(ours, signal)).toMatchObject({ installationId: theirs });
    expect(await configuredWitness('').ask(ours, signal)).toBeNull();
  });
});

const redisUrl = inject('redisUrl');

describe.skipIf(redisUrl === null)('a queue in Redis', () => {
  const connection = { backend: 'redis', url: redisUrl ?? '', prefix: `owner_${randomUUID()}` } as const;
  const redis = new Redis(redisUrl ?? '', { lazyConnect: true });
  afterAll(async () => {
    await redis.del(ownerKey(connection));
    redis.disconnect();
  });
  const ask = async (databaseId: string, ...nodes: string[]): Promise<string | undefined> =>
    (await queueWitness(connection, knowing(...nodes)).ask(databaseId, signal))?.installationId;

  it('is taken by the first database with nodes, not by an empty one, and anew after it was wiped', async () => {
    expect(await ask(theirs)).toBeUndefined();
    expect(await ask(ours, 'n1')).toBe(ours);
    expect(await ask(theirs, 'n1')).toBe(ours);
    expect(await ask(theirs)).toBe(ours);
    await redis.del(ownerKey(connection));
    expect(await ask(theirs, 'n1')).toBe(theirs);
  });

  it('cannot be asked where there is no Redis', async () => {
    const nowhere = { ...connection, url: 'redis://127.0.0.1:1' };
    await expect(queueWitness(nowhere, knowing()).ask(ours, signal)).rejects.toThrow();
  });
});

describe('the nodes', () => {
  const ask = async (marks: Readonly<Record<string, string | null | Error>>) => {
    const asked: string[] = [];
    const nodeInstallation = ({ nodeId }: NodeAddress): Promise<string | null> => {
      asked.push(nodeId);
      const mark = marks[nodeId] ?? null;
      return mark instanceof Error ? Promise.reject(mark) : Promise.resolve(mark);
    };
    const parts = { queries: knowing(...Object.keys(marks)), nodes: { nodeInstallation }, logger: silentLogger };
    return { said: (await nodesWitness(parts).ask(ours, signal))?.installationId ?? null, asked };
  };

  it.each([
    ['none carries a mark', { a: null }, null],
    ['none can be reached', { a: new Error('away') }, null],
    ['one that is ours outweighs one that was given away', { a: theirs, b: ours }, null],
    ['all that can be asked are another one’s', { a: null, b: new Error('away'), c: theirs }, theirs],
  ] as const)('%s', async (_what, marks, said) => {
    expect((await ask(marks)).said).toBe(said);
  });

  it('are left in peace once one of them is ours', async () => {
    expect((await ask({ a: ours, b: ours })).asked).toEqual(['a']);
  });
});
