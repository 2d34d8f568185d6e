import { ScriptedExecutor } from '#test/scripted-executor';
import { brickOn } from '#test/storage-nodes-conformance';
import { beforeEach, describe, expect, it } from 'vitest';
import { NodeCommandError, type NodeAddress, type NodeCall, type VolumeSpec } from '../storage-nodes.js';
import { GlusterStorageNodes } from './gluster-storage-nodes.js';

const node: NodeAddress = { nodeId: 'n', manageHost: 'node1', storageHost: 'node1', hostKey: null };
const call: NodeCall = { signal: new AbortController().signal, onCommand: () => undefined };
const deviceId = 'd'.repeat(32);
const volumeId = 'e'.repeat(32);
const PV = 'MMdxKU-Ccld-yorZ-Xrkz-Bive-CAfy-4O4ruR';
const pvReport = (vg: string, uuid = PV) => ({
  stdout: JSON.stringify({ report: [{ pv: [{ pv_name: '/dev/sdb', pv_uuid: uuid, vg_name: vg }] }] }),
});
const vgReport = {
  stdout: JSON.stringify({
    report: [{ vg: [{ vg_name: 'v', vg_extent_size: '4096.00', vg_extent_count: '5087', vg_free_count: '87' }] }],
  }),
};

let executor: ScriptedExecutor;
let nodes: GlusterStorageNodes;
beforeEach(() => {
  executor = new ScriptedExecutor();
  nodes = new GlusterStorageNodes(executor);
});
/** Program and first word of what was sent, without LVM's and gluster's own beginnings. */
const sent = (): string[] =>
  executor.lines.map((line) => line.replace('/usr/sbin/lvm ', '').replace('gluster --mode=script --timeout=600 ', ''));

describe('a device whose set-up is refused', () => {
  const device = { deviceId, name: '/dev/sdb', destroyData: false };
  const refused = { exitCode: 5, stderr: "  Can't initialize physical volume\n" };

  it.each([
    [pvReport('vg_other'), `aleady contains Physical Volume ${PV}`],
    [5, 'already initialized or contains data?'],
    [{ exitCode: 1, stderr: 'sudo: a password is required' }, 'failed to check device contents'],
  ])('is explained as Heketi does (%#)', async (found, finding) => {
    executor.on(/pvs/, 5, found).on(/pvcreate/, refused);
    await expect(nodes.ensureDevice(node, device, call)).rejects.toThrow(
      `Initializing device /dev/sdb failed (${finding}): `,
    );
    expect(sent().some((line) => line.startsWith('wipefs'))).toBe(false);
  });

  it('is wiped where that is wanted and nothing speaks against it', async () => {
    executor
      .on(/pvs/, 5, 5, pvReport(`vg_${deviceId}`))
      .on(/pvcreate/, refused, 0)
      .on(/vgs/, vgReport);
    const observed = await nodes.ensureDevice(node, { ...device, destroyData: true }, call);
    expect(observed).toEqual({
      totalKiB: 5087 * 4096,
      freeKiB: 87 * 4096,
      extentSizeKiB: 4096,
      pvUuid: PV,
      paths: ['/dev/sdb'],
    });
    expect(sent()).toContain('wipefs --all /dev/sdb');
  });

  it("is wiped also of somebody else's volume group, where the known ones are none of it", async () => {
    const foreign = pvReport('vg_other', 'aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg');
    executor
      .on(/pvs/, foreign, foreign, pvReport(`vg_${deviceId}`))
      .on(/pvcreate/, refused, 0)
      .on(/vgs/, vgReport);
    await nodes.ensureDevice(node, { ...device, destroyData: true, knownPvUuids: [PV] }, call);
    expect(sent()).toContain('wipefs --all /dev/sdb');
  });

  it.each([
    [undefined, 'Can not destroy device, destroy may not be safe: Initializing device /dev/sdb failed'],
    [[PV], `Device already in use (ID: ${'a'.repeat(32)})`],
  ])('is spared where it may be in use (%#)', async (knownPvUuids, words) => {
    executor.on(/pvs/, pvReport(`vg_${'a'.repeat(32)}`)).on(/pvcreate/, refused);
    const wanted = { ...device, destroyData: true, ...(knownPvUuids === undefined ? {} : { knownPvUuids }) };
    await expect(nodes.ensureDevice(node, wanted, call)).rejects.toThrow(words);
    expect(sent().some((line) => line.startsWith('wipefs'))).toBe(false);
  });

  it('sends nothing for a name that is none', async () => {
    await expect(nodes.ensureDevice(node, { ...device, name: '--all' }, call)).rejects.toThrow('not usable');
    expect(executor.lines).toEqual([]);
  });
});

describe('the removal of a device', () => {
  it('leaves a physical volume alone that is not the known one', async () => {
    const other = pvReport('', 'aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg');
    executor
      .on(/pvs .*by-id/, 5)
      .on(/pvs/, other)
      .on(/vgremove/, { exitCode: 5, stderr: 'Volume group "v" not found' });
    await nodes.removeDevice(node, { deviceId, name: '/dev/sdb', pvUuid: PV }, call);
    expect(sent().some((line) => line.startsWith('pvremove'))).toBe(false);
  });

  it('finds a disk by its UUID when its name has changed', async () => {
    executor.on(/pvs .*by-id/, pvReport(''));
    await nodes.removeDevice(node, { deviceId, name: '/dev/sdb', pvUuid: PV }, call);
    expect(sent()).toContain(`pvremove -qq /dev/disk/by-id/lvm-pv-uuid-${PV}`);
  });
});

describe('the removal of a brick', () => {
  const brick = brickOn(deviceId, 'n', volumeId);

  it('stops at a busy mount, in the words of the node, before anything is lost', async () => {
    executor.on(/^umount/, { exitCode: 32, stderr: 'umount: /m: target is busy.' });
    await expect(nodes.removeBrick(node, brick, call)).rejects.toThrow('umount: /m: target is busy.');
    expect(executor.lines).toHaveLength(1);
  });

  it('fails where snapshots keep the pool, because its space does not come back', async () => {
    const lv = [{ lv_name: `tp_${brick.brickId}`, pool_lv: '', thin_count: '2' }];
    executor.on(/ lvs /, { stdout: JSON.stringify({ report: [{ lv }] }) });
    await expect(nodes.removeBrick(node, brick, call)).rejects.toThrow('still holds 2 volumes');
  });

  it('refuses a brick whose path belongs to another', async () => {
    await expect(nodes.removeBrick(node, { ...brick, path: '/var/lib/other/brick' }, call)).rejects.toThrow(
      'belongs at',
    );
    expect(executor.lines).toEqual([]);
  });
});

describe('volumes', () => {
  const sets = (count: number, size: number): VolumeSpec['brickSets'] =>
    Array.from({ length: count }, (_s, set) =>
      Array.from({ length: size }, (_b, brick) => ({ storageHost: `h${brick}`, path: `/b/${set}/brick` })),
    );
  const spec: VolumeSpec = {
    name: 'v1',
    volumeId,
    durability: { type: 'replicate', replica: 2 },
    options: ['', 'performance.io-cache off', 'group gluster-block', ''],
    brickSets: sets(12, 2),
  };

  it('are created from the first set, the others follow in chunks, then the options, the owner last', async () => {
    await nodes.ensureVolume(node, spec, { fresh: true }, call);
    const verbs = sent().map((line) => line.split(' ').slice(0, 3).join(' '));
    expect(verbs).toEqual([
      'volume create v1',
      'volume add-brick v1',
      'volume add-brick v1',
      'volume add-brick v1',
      'volume set v1',
      'volume set v1',
      'volume set v1',
    ]);
    expect(sent()[0]).toBe('volume create v1 replica 2 h0:/b/0/brick h1:/b/0/brick');
    expect(
      sent()
        .slice(1, 4)
        .map((line) => line.split(' ').length - 3),
    ).toEqual([10, 10, 2]);
    expect(sent().slice(4)).toEqual([
      'volume set v1 performance.io-cache off',
      'volume set v1 group gluster-block',
      `volume set v1 user.heketi.id ${volumeId}`,
    ]);
  });

  it.each([
    ['none', { type: 'none' } as const, sets(33, 1), [15, 15, 2]],
    ['disperse', { type: 'disperse', data: 2, redundancy: 1 } as const, sets(4, 3), [3, 3, 3]],
  ])('of type %s are grown in their own chunks', async (_type, durability, brickSets, counts) => {
    await nodes.ensureVolume(node, { ...spec, durability, brickSets }, { fresh: true }, call);
    const added = sent().filter((line) => line.startsWith('volume add-brick'));
    expect(added.map((line) => line.split(' ').length - 3)).toEqual(counts);
  });

  it('send nothing where an option is not usable', async () => {
    await expect(
      nodes.ensureVolume(node, { ...spec, options: ['auth.allow --xml'] }, { fresh: true }, call),
    ).rejects.toThrow('volume option is not usable');
    expect(executor.lines).toEqual([]);
  });

  it('that have a part of a set are nothing to guess about', async () => {
    const brick = '<brick>h0:/b/0/brick<name>h0:/b/0/brick</name></brick>';
    executor.on(/info/, {
      stdout: `<cliOutput><opRet>0</opRet><opErrstr/><volInfo><volumes><volume><name>v1</name><statusStr>Started</statusStr><bricks>${brick}</bricks><options/></volume></volumes></volInfo></cliOutput>`,
    });
    await expect(nodes.ensureBricksInVolume(node, spec, call)).rejects.toThrow('has 1 of the 2 bricks of a set');
  });

  it('that gluster does not know are null, with exit 1 and with exit 0', async () => {
    executor.on(
      /info/,
      { exitCode: 1, stderr: 'Volume v1 does not exist' },
      {
        stdout:
          '<cliOutput><opRet>-1</opRet><opErrno>30806</opErrno><opErrstr>Volume v1 does not exist</opErrstr></cliOutput>',
      },
    );
    expect(await nodes.volumeInfo(node, 'v1', call)).toBeNull();
    expect(await nodes.volumeInfo(node, 'v1', call)).toBeNull();
  });

  it('that cannot be asked for are an error', async () => {
    executor.on(/info/, { exitCode: 1, stderr: 'Connection failed. Please check if gluster daemon is operational.' });
    await expect(nodes.volumeInfo(node, 'v1', call)).rejects.toBeInstanceOf(NodeCommandError);
    await expect(nodes.ensureBricksInVolume(node, spec, call)).rejects.toThrow('Connection failed');
  });
});

describe('peers', () => {
  const peers = (connected: number, state: number) => ({
    stdout: `<cliOutput><opRet>0</opRet><opErrstr/><peerStatus><peer><uuid>u</uuid><hostname>node2</hostname><connected>${connected}</connected><state>${state}</state></peer></peerStatus></cliOutput>`,
  });

  it('are waited for until they are of use', async () => {
    executor.on(/pool list/, peers(0, 1), peers(1, 4), peers(1, 3));
    await nodes.ensurePeer(node, 'node2', call);
    expect(sent()).toHaveLength(4);
  });

  it('know whether glusterd runs, but not where nobody may ask', async () => {
    executor.on(
      /pool list/,
      { exitCode: 1, stderr: 'Connection failed.' },
      { exitCode: 1, stderr: 'sudo: a password is required' },
    );
    expect(await nodes.glusterdRunning(node, call)).toBe(false);
    await expect(nodes.glusterdRunning(node, call)).rejects.toThrow('a password is required');
  });
});
