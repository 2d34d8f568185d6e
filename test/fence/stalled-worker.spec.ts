import { startSimulatedNodes, type SimulatedNode, type SimulatedNodes } from '#node-simulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  FencedError,
  ForeignNodeError,
  GlusterStorageNodes,
  NodeUnreachableError,
  SshExecutor,
  type NodeAddress,
  type NodeCall,
} from '#storage-nodes';

const key = 'device/11111111111111111111111111111111';
const device = { deviceId: '1'.repeat(32), name: '/dev/vdb', destroyData: false };
const vgcreate = /lvm vgcreate/;

let simulated: SimulatedNodes;
let node: SimulatedNode;
let address: NodeAddress;
/** Two workers, each with connections of its own. The first one's lease has gone to the second. */
let stale: GlusterStorageNodes;
let heir: GlusterStorageNodes;

beforeEach(async () => {
  simulated = await startSimulatedNodes({ count: 1, timeScale: 0.01 });
  [node] = simulated.nodes as [SimulatedNode];
  const { manageHost, storageHost } = node;
  address = { nodeId: 'n1', manageHost, storageHost, hostKey: null };
  stale = worker('ours');
  heir = worker('ours');
});

afterEach(async () => {
  await stale.close();
  await heir.close();
  await simulated.close();
});

function worker(installationId: string): GlusterStorageNodes {
  const privateKey = simulated.clientPrivateKey ?? '';
  const transport = new SshExecutor({ user: 'root', privateKey, port: simulated.port });
  return new GlusterStorageNodes(transport, { fence: { installationId } });
}

function call(epoch: number): NodeCall {
  return { fence: { epochs: { [key]: epoch } }, signal: new AbortController().signal, onCommand: () => undefined };
}

/** How often a command took effect. */
const effects = (match: RegExp): number =>
  node.commands.filter(({ line, fence }) => match.test(line) && fence?.passed === true).length;

describe('a worker that has lost its lease', () => {
  it('cannot send a command any more once somebody has taken over', async () => {
    await stale.glusterdRunning(address, call(1));
    await heir.takeOver(address, call(2));
    await expect(stale.ensureDevice(address, device, call(1))).rejects.toThrow(FencedError);
    expect(node.snapshot().physicalVolumes).toEqual([]);
    await heir.ensureDevice(address, device, call(2));
    expect(effects(vgcreate)).toBe(1);
  });

  it('has no effect with a command that was on its way', async () => {
    const stall = node.faults.add({ match: vgcreate, action: { kind: 'stall' } });
    const late = stale.ensureDevice(address, device, call(1)).catch((error: unknown) => error);
    await stall.firstHit;
    await heir.takeOver(address, call(2));
    stall.release();
    expect(await late).toBeInstanceOf(FencedError);
    await heir.ensureDevice(address, device, call(2));
    expect(effects(vgcreate)).toBe(1);
  });

  it.each([false, true])(
    'has no effect with a command that hangs on the node (killed half way: %s)',
    async (killedMidway) => {
      const hang = node.faults.add({ match: vgcreate, action: { kind: 'hang', killedMidway } });
      const late = stale.ensureDevice(address, device, call(1)).catch((error: unknown) => error);
      await hang.firstHit;
      expect(node.fence.running).toEqual(['lvm']);
      await heir.takeOver(address, call(2));
      expect(await late).toBeInstanceOf(NodeUnreachableError);
      expect(node.fence.running).toEqual([]);
      await heir.ensureDevice(address, device, call(2));
      expect(node.snapshot().volumeGroups).toHaveLength(1);
    },
  );

  it('is waited for while it changes what only glusterd can end', async () => {
    const hang = node.faults.add({ match: /pool list/, action: { kind: 'hang' } });
    const slow = stale.glusterdRunning(address, call(1));
    await hang.firstHit;
    let over = false;
    const taking = heir.takeOver(address, call(2)).then(() => (over = true));
    // far more than the patience with other commands
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(over).toBe(false);
    hang.release();
    expect(await slow).toBe(true);
    await taking;
  });

  it('is refused by a node that has booted since as well', async () => {
    await heir.takeOver(address, call(2));
    await node.reboot();
    await expect(stale.glusterdRunning(address, call(1))).rejects.toThrow(FencedError);
  });
});

describe('parallel commands', () => {
  it('of one lease do not hinder each other, nor does taking over what is already ours', async () => {
    const hang = node.faults.add({ match: vgcreate, action: { kind: 'hang' } });
    const slow = heir.ensureDevice(address, device, call(2));
    await hang.firstHit;
    expect(await heir.glusterdRunning(address, call(2))).toBe(true);
    await heir.takeOver(address, call(2));
    hang.release();
    await slow;
  });
});

describe('a simulated node', () => {
  it('keeps its epochs and its owner over a boot, but not the script', async () => {
    await heir.glusterdRunning(address, call(7));
    const before = node.snapshot();
    await node.reboot();
    await heir.glusterdRunning(address, call(7));
    expect(node.fence).toEqual({
      owner: { installation: 'ours', node: 'n1' },
      epochs: { [key]: 7 },
      running: [],
    });
    expect(node.snapshot()).toEqual(before);
    expect(node.commands.map(({ fence }) => [fence?.kind, fence?.passed])).toEqual([
      ['run', false],
      ['install', true],
      ['run', true],
      ['run', false],
      ['install', true],
      ['run', true],
    ]);
  });

  it('logs fenced commands as they would be without the fence', async () => {
    await heir.glusterdRunning(address, call(7));
    expect(node.commands.at(-1)).toMatchObject({
      line: 'env LC_ALL=C timeout --kill-after=10s 660s gluster --mode=script --timeout=600 pool list --xml',
      fence: { kind: 'run', epochs: { [key]: 7 }, passed: true },
    });
  });

  it('belongs to the installation that came first, until that lets it go', async () => {
    const theirs = worker('theirs');
    await theirs.glusterdRunning(address, call(1));
    await expect(heir.glusterdRunning(address, call(1))).rejects.toThrow(ForeignNodeError);
    await expect(heir.forgetNode(address, call(1))).rejects.toThrow(ForeignNodeError);
    expect(await heir.nodeInstallation(address, call(1))).toBe('theirs');
    await theirs.forgetNode(address, call(1));
    expect(await heir.nodeInstallation(address, call(1))).toBeNull();
    await heir.glusterdRunning(address, call(1));
    expect(node.fence.owner?.installation).toBe('ours');
    await theirs.close();
  });
});
