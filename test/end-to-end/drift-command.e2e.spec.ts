import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const brickyard = fileURLToPath(new URL('../../bin/brickyard.mjs', import.meta.url));

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As an administrator runs it: with the server's configuration, and without the server. */
describe('brickyard drift', () => {
  let system: SimulatedSystem;
  let folder = '';
  let volumeId = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'brickyard-drift-'));
    system = await startSimulatedSystem();
    await writeFile(join(folder, 'key'), system.simulator.clientPrivateKey ?? '', { mode: 0o600 });
    await system.loadAll();
    const body = { size: 1, name: 'night', durability: { type: 'replicate', replicate: { replica: 3 } } };
    volumeId = (await system.client.change('POST', '/volumes', body))!.split('/').at(-1)!;
  });
  afterAll(async () => {
    await system.close();
    await rm(folder, { recursive: true, force: true });
  });

  function drift(...args: readonly string[]): Promise<Ended> {
    return driftWith({}, args);
  }

  function driftWith(more: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<Ended> {
    const env = {
      ...process.env,
      DATABASE_URL: system.database.ownerUrl,
      HEKETI_EXECUTOR: 'ssh',
      HEKETI_SSH_KEYFILE: join(folder, 'key'),
      HEKETI_SSH_USER: 'root',
      HEKETI_SSH_PORT: String(system.simulator.port),
      BRICKYARD_AUTH: 'disabled',
      LOG_LEVEL: 'error',
      ...more,
    };
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [brickyard, 'drift', ...args], { env }, (_error, stdout, stderr) =>
        resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  }

  it('says in one line that all is well', async () => {
    expect(await drift()).toEqual({
      exitCode: 0,
      stdout: '3 nodes inspected: clean, they hold exactly what the read model says\n',
      stderr: '',
    });
  });

  it('names what is wrong, whose it is and what to type', async () => {
    const node = system.simulator.nodes[0]!;
    const { mounts } = node.snapshot();
    const { source, target } = mounts[0]!;
    node.alter((state) => (state.mounts = []));
    const { exitCode, stdout } = await drift();
    const brickId = target.split('brick_')[1]!;
    const masked = stdout
      .replace(/at \d{4}-\d\d-\d\dT[\d:.]+Z/, 'at TIME')
      .replace(/volume-create [0-9a-f]{32}/, 'volume-create OP');
    expect(masked).toBe(`3 nodes inspected: 1 missing

MISSING  mount  ${target}
  on      ${node.manageHost}
  whose   brick ${brickId} of volume night (${volumeId}), made by volume-create OP at TIME
  remedy  The brick is not mounted: mount it, and start its brick process.
          mount -o rw,inode64,noatime,nouuid ${source} ${target}
          gluster --mode=script --timeout=600 volume start night force

The commands are in the order in which they work. Look again when they are done.
`);
    expect(exitCode).toBe(1);
    const other = system.simulator.nodes[1]!.manageHost;
    expect(await drift('--node', other)).toMatchObject({ exitCode: 0 });
    const asJson = await drift('--node', node.manageHost, '-o', 'json');
    expect(asJson.exitCode).toBe(1);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      clean: false,
      inspected: 1,
      uninspected: [],
      differences: [{ host: node.manageHost, kind: 'mount', problem: 'missing', owner: { id: volumeId, brickId } }],
    });
    node.alter((state) => (state.mounts = structuredClone([...mounts])));
  });

  it('does not call clean what it has not seen', async () => {
    const node = system.simulator.nodes[2]!;
    await node.setPartitioned(true);
    const { exitCode, stdout } = await drift();
    await node.setPartitioned(false);
    expect(stdout).toContain('2 nodes inspected, 1 not or not wholly: nothing found on the others');
    expect(stdout).toContain(`NOT INSPECTED  ${node.manageHost}`);
    expect(exitCode).toBe(2);
  });

  it.each([
    [['--node', 'no-such-host'], 'no node has the id or manage hostname no-such-host'],
    [['--cluster', 'f'.repeat(32)], `no cluster has the id ${'f'.repeat(32)}`],
  ])('refuses to look at what is not there: %s', async (args, words) => {
    expect(await drift(...args)).toEqual({ exitCode: 2, stdout: '', stderr: `brickyard: ${words}\n` });
  });

  it('does not call drift what is wrong with its own command line', async () => {
    expect(await drift('--nodes', 'all')).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('does not compare the nodes with a database that is not the one that is expected', async () => {
    const ended = await driftWith({ BRICKYARD_INSTALLATION_ID: randomUUID() });
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toContain('BRICKYARD_INSTALLATION_ID says');
  });

  it('lists what is not ours where it is asked to', async () => {
    const { exitCode, stdout } = await drift('--include-foreign');
    expect(stdout.match(/^FOREIGN {2}fstab-line {2}\/$/gm)).toHaveLength(3);
    expect(exitCode).toBe(0);
  });
});
