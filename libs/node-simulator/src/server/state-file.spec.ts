import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Shell } from '../testing/shell.js';
import { startSimulatedNodes } from './start-simulated-nodes.js';

describe('the state file', () => {
  let folder: string;
  let stateFile: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simulated-nodes-'));
    stateFile = join(folder, 'nodes.json');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('brings everything back after a restart: disks, keys and port', async () => {
    const first = await startSimulatedNodes({ count: 2, stateFile });
    const shell = await Shell.open(first, '127.0.1.1');
    await shell.ok('/usr/sbin/lvm vgcreate -qq vg_d /dev/vdb');
    await shell.ok('gluster --mode=script peer probe 127.0.1.2');
    shell.end();
    const before = { snapshot: first.snapshot(), keys: first.nodes.map(({ hostKey }) => hostKey) };
    await first.close();
    const second = await startSimulatedNodes({ count: 2, stateFile });
    expect(second.snapshot()).toEqual(before.snapshot);
    expect(second.nodes.map(({ hostKey }) => hostKey)).toEqual(before.keys);
    expect(second.clientPrivateKey).toBe(first.clientPrivateKey);
    expect(second.port).toBe(first.port);
    await second.close();
  });

  it('has every effect by the time its answer is there, as if the process died then', async () => {
    const nodes = await startSimulatedNodes({ count: 1, stateFile });
    const shell = await Shell.open(nodes, '127.0.1.1');
    await shell.ok('mkdir -p /mnt/a');
    const written = await readFile(stateFile, 'utf8');
    expect(written).toContain('"/mnt/a"');
    expect((await stat(stateFile)).mode & 0o777).toBe(0o600);
    shell.end();
    await nodes.close();
  });

  it('does not take a file of other nodes, or of something else', async () => {
    const nodes = await startSimulatedNodes({ count: 1, stateFile });
    await nodes.close();
    await expect(startSimulatedNodes({ count: 2, stateFile })).rejects.toThrow('1 nodes, not 2');
    await writeFile(stateFile, '{}');
    await expect(startSimulatedNodes({ count: 1, stateFile })).rejects.toThrow('no state of simulated nodes');
  });
});

describe('listening', () => {
  it('puts all nodes on one port, and says where it cannot', async () => {
    const nodes = await startSimulatedNodes({ count: 3 });
    const hosts = nodes.nodes.map(({ manageHost }) => manageHost);
    expect(hosts).toEqual(['127.0.1.1', '127.0.1.2', '127.0.1.3']);
    for (const host of hosts) (await Shell.open(nodes, host)).end();
    await expect(startSimulatedNodes({ count: 2, port: nodes.port })).rejects.toThrow('cannot listen on 127.0.1.1');
    await nodes.close();
  });
});
