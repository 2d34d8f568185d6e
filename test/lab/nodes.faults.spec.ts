import { refusalOf } from '#test/refusal';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { controlNode } from './support/control-node.js';
import { Server } from './support/server.js';
import { onNode } from './support/shell.js';
import { tracesOnAllNodes, type Traces } from './support/traces.js';
import { wipeNodes } from './support/wipe.js';

const lab = inject('lab');
const [, second, third] = lab.nodes as [(typeof lab.nodes)[0], (typeof lab.nodes)[0], (typeof lab.nodes)[0]];
const replica3 = { type: 'replicate', replicate: { replica: 3 } };
const patience = { timeout: 280_000, interval: 500 };

let server: Server;
let empty: Readonly<Record<string, Traces>>;

const create = (): Promise<string | null> =>
  server.client.change('POST', '/volumes', { size: 1, durability: replica3 });

const volumes = async (): Promise<readonly string[]> =>
  (await server.client.get<{ volumes: string[] }>('/volumes')).volumes;

/** Once the node is back, what it still kept of an ended operation is taken off without anybody's help. */
async function untilClean(): Promise<void> {
  let said = '';
  await vi
    .waitUntil(async () => {
      const { exitCode, stdout, stderr } = await server.attempt('drift', '--include-in-flight', '-o', 'json');
      said = stdout + stderr;
      // What a cleanup still owes is no drift, and not what is waited for.
      return exitCode === 0 && (JSON.parse(stdout) as { differences: unknown[] }).differences.length === 0;
    }, patience)
    .catch((error: unknown) => {
      throw new Error(`still not clean:\n${said}`, { cause: error });
    });
}

const hasLv = async (node: (typeof lab.nodes)[0]): Promise<boolean> =>
  (await onNode(lab, node, 'lvs --noheadings')).trim() !== '';

/**
 * Gluster has let the volume go, its bricks are about to be removed. A node that is cut off from power earlier, in the middle of
 * Gluster's own transaction, keeps the others' glusterd waiting for it for ten minutes.
 */
async function volumeIsGone(): Promise<boolean> {
  const look = "gluster --mode=script volume list 2>&1; pgrep -f '[v]olume delete' || true";
  const found = await Promise.all(lab.nodes.map((node) => onNode(lab, node, look)));
  return found.every((text) => text.trim() === 'No volumes present in cluster');
}

/** What a volume may leave on the real nodes, by the tests' own eyes: nothing. */
async function expectEmpty(): Promise<void> {
  const found = await tracesOnAllNodes(lab);
  for (const [name, traces] of Object.entries(found)) {
    const { logicalVolumes, fstab, mounts, glusterVolumes, brickProcesses } = traces;
    const was = empty[name];
    expect({ name, logicalVolumes, fstab, mounts, glusterVolumes, brickProcesses }).toEqual({
      name,
      logicalVolumes: was?.logicalVolumes,
      fstab: was?.fstab,
      mounts: was?.mounts,
      glusterVolumes: was?.glusterVolumes,
      brickProcesses: '0',
    });
  }
}

beforeAll(async () => {
  await wipeNodes(lab);
  server = await Server.create(lab);
  await server.start();
  await server.loadTopology(lab);
  empty = await tracesOnAllNodes(lab);
});

afterEach(async () => {
  for (const node of lab.nodes) await controlNode('revive', node);
});
afterAll(() => server.dispose());

describe.each([
  ['by a power cut', 'kill', 'start'],
  ['by the loss of its network, running on', 'cut', 'join'],
] as const)('a real node that goes away %s', (_how, away, back) => {
  it('in the middle of a create: the create fails with its name, and nothing is left once it is back', async () => {
    const refusal = refusalOf(create());
    await vi.waitUntil(() => hasLv(third), { ...patience, interval: 50 });
    await controlNode(away, third);

    expect(await refusal).toContain(third.manageHost);
    expect(await volumes()).toEqual([]);
    await controlNode(back, third);
    await untilClean();
    await expectEmpty();
  });

  it('in the middle of a delete: the delete succeeds, and nothing is left once it is back', async () => {
    const location = await create();
    const refusal = refusalOf(server.client.change('DELETE', location ?? ''));
    await vi.waitUntil(volumeIsGone, { ...patience, interval: 50 });
    await controlNode(away, second);

    // Gluster had let the volume go: there is no way back, so it is gone for its client.
    expect(await refusal).toBeNull();
    expect(await volumes()).toEqual([]);
    await controlNode(back, second);
    await untilClean();
    await expectEmpty();
  });
});

it('leaves a log and a read model that agree', async () => {
  await server.stop();
  expect(await server.command('db', 'check')).toMatch(/^equal/);
});
