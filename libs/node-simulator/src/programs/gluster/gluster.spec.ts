import { describe, expect, it } from 'vitest';
import { Bench, brickLines, brickPath, GROUP_LINES, unbrickLines } from '../../testing/bench.js';

const G = 'gluster --mode=script --timeout=600';
const host = (index: number) => `10.0.0.${index + 1}`;
const brick = (index: number, name = 'a') => `${host(index)}:${brickPath(name)}/brick`;
const refused = (stderr: string) => ({ exitCode: 1, stdout: '', stderr: `${stderr}\n` });

/** Nodes in one pool, each with a mounted brick of every name. */
function pool(count = 3, names: readonly string[] = ['a', 'b']): Bench {
  const bench = new Bench(count);
  for (let node = 0; node < count; node += 1) {
    bench.ok(GROUP_LINES, { node });
    for (const name of names) bench.ok(brickLines(name), { node });
    if (node > 0) bench.ok([`${G} peer probe ${host(node)}`]);
  }
  return bench;
}

const REPLICA = `${G} volume create v replica 3 ${[0, 1, 2].map((node) => brick(node)).join(' ')}`;

describe('peers', () => {
  it('merges pools, and every member sees the others', () => {
    const bench = pool(3, []);
    expect(bench.snapshot(2).peers).toEqual([host(0), host(1)]);
    const list = bench.run(`${G} pool list --xml`, { node: 1 }).stdout;
    expect(list.match(/<hostname>localhost<\/hostname>/g)).toHaveLength(1);
    expect(list.match(/<connected>1<\/connected>/g)).toHaveLength(3);
  });

  it('answers with success what is so already', () => {
    const bench = pool(2, []);
    expect(bench.run(`${G} peer probe ${host(1)}`)).toMatchObject({
      exitCode: 0,
      stdout: `peer probe: Host ${host(1)} port 24007 already in peer list\n`,
    });
    expect(bench.run(`${G} peer probe ${host(0)}`)).toMatchObject({ exitCode: 0 });
  });

  it('does not take a member of another pool, nor what cannot be reached', () => {
    const bench = new Bench(4);
    bench.ok([`${G} peer probe ${host(1)}`]);
    bench.ok([`${G} peer probe ${host(3)}`], { node: 2 });
    expect(bench.run(`${G} peer probe ${host(3)}`).stderr).toContain('already part of another cluster');
    bench.node(1).reachable = false;
    expect(bench.run(`${G} pool list --xml`).stdout).toContain('<connected>0</connected>');
    expect(bench.run(`${G} peer probe 10.9.9.9`)).toEqual(
      refused('peer probe: failed: Probe returned with Transport endpoint is not connected'),
    );
  });

  it('lets only those go that hold no brick', () => {
    const bench = pool();
    bench.ok([REPLICA]);
    expect(bench.run(`${G} peer detach ${host(1)}`).stderr).toContain('hosts one or more bricks');
    expect(bench.run(`${G} peer detach ${host(0)}`)).toEqual(refused(`peer detach: failed: ${host(0)} is localhost`));
    expect(bench.run(`${G} peer detach 10.9.9.9`)).toEqual(
      refused('peer detach: failed: 10.9.9.9 is not part of cluster'),
    );
    bench.ok([`${G} volume delete v`, `${G} peer detach ${host(1)}`]);
    expect(bench.snapshot(1).peers).toEqual([]);
  });

  it('says that glusterd does not run', () => {
    const bench = pool(1, []);
    bench.node().glusterdRunning = false;
    expect(bench.run(`${G} pool list --xml`)).toEqual(
      refused('Connection failed. Please check if gluster daemon is operational.'),
    );
    expect(bench.run('systemctl is-active glusterd')).toMatchObject({ exitCode: 3 });
  });
});

describe('volume create', () => {
  it.each([
    [
      'a folder of the root filesystem',
      `${G} volume create w ${host(0)}:/mnt/x`,
      'is being created in the root partition',
    ],
    ['a mount point', `${G} volume create w ${host(0)}:${brickPath('a')}`, 'is a mount point'],
    [
      'a host outside of the pool',
      `${G} volume create w 10.9.9.9:/x`,
      "Host 10.9.9.9 is not in 'Peer in Cluster' state",
    ],
    [
      'two bricks of a set on one host',
      `${G} volume create w replica 2 ${brick(0)} ${brick(0, 'b')}`,
      'present on the same server',
    ],
    ['a broken set', `${G} volume create w replica 3 ${brick(0)} ${brick(1)}`, 'not a multiple of replicate count'],
    ['what is no brick', `${G} volume create w nonsense`, 'Wrong brick type: nonsense'],
  ])('refuses %s', (_, line, why) => {
    const bench = pool();
    const before = bench.snapshot();
    const answer = bench.run(line);
    expect(answer.exitCode).toBe(1);
    expect(answer.stderr).toContain(why);
    expect(bench.snapshot()).toEqual(before);
  });

  it('names the node whose check failed', () => {
    const bench = pool();
    bench.ok([`umount ${brickPath('a')}`], { node: 2 });
    expect(bench.run(REPLICA).stderr).toMatch(/^volume create: v: failed: Staging failed on 10\.0\.0\.3\. Error: /);
  });

  it('refuses a taken name, and a folder that was ever in a volume', () => {
    const bench = pool();
    bench.ok([REPLICA]);
    expect(bench.run(REPLICA)).toEqual(refused('volume create: v: failed: Volume v already exists'));
    bench.ok([`${G} volume delete v`]);
    expect(bench.run(REPLICA).stderr).toContain(`${brickPath('a')}/brick is already part of a volume`);
  });

  it('leaves marked folders without a volume when it is interrupted', () => {
    const bench = pool();
    bench.run(REPLICA, { interrupted: true });
    expect(bench.snapshot().glusterVolumes).toEqual([]);
    expect(bench.run(REPLICA).stderr).toContain('is already part of a volume');
  });

  it('tells an arbiter and a dispersed volume apart', () => {
    const bench = pool();
    bench.ok([
      `${G} volume create arb replica 3 arbiter 1 ${[0, 1, 2].map((node) => brick(node)).join(' ')}`,
      `${G} volume create ec disperse-data 2 redundancy 1 ${[0, 1, 2].map((node) => brick(node, 'b')).join(' ')}`,
    ]);
    const arbiter = bench.run(`${G} volume info arb --xml`).stdout;
    expect(arbiter.match(/<isArbiter>1<\/isArbiter>/g)).toHaveLength(1);
    expect(bench.run(`${G} volume info ec --xml`).stdout).toContain('<typeStr>Disperse</typeStr>');
  });
});

describe('volume life', () => {
  it('goes through start, stop and delete, and refuses what is out of order', () => {
    const bench = pool();
    bench.ok([REPLICA]);
    expect(bench.run(`${G} volume stop v`)).toEqual(
      refused('volume stop: v: failed: Volume v is not in the started state'),
    );
    bench.ok([`${G} volume stop v force`, `${G} volume start v`]);
    expect(bench.run(`${G} volume start v`)).toEqual(refused('volume start: v: failed: Volume v already started'));
    expect(bench.run(`${G} volume delete v`)).toEqual(
      refused('volume delete: v: failed: Volume v has been started.Volume needs to be stopped before deletion.'),
    );
    bench.ok([`${G} volume stop v force`]);
    bench.node(1).reachable = false;
    expect(bench.run(`${G} volume delete v`)).toEqual(refused('volume delete: v: failed: Some of the peers are down'));
    bench.node(1).reachable = true;
    bench.ok([`${G} volume delete v`]);
    expect(bench.run(`${G} volume delete v`)).toEqual(refused('volume delete: v: failed: Volume v does not exist'));
  });

  it('does not start over a brick that is not mounted', () => {
    const bench = pool();
    bench.ok([REPLICA]);
    bench.ok([`umount ${brickPath('a')}`], { node: 1 });
    expect(bench.run(`${G} volume start v`).stderr).toContain('Failed to find brick directory');
  });

  it('holds the mounts of a started volume', () => {
    const bench = pool();
    bench.ok([REPLICA, `${G} volume start v`]);
    const umount = `umount ${brickPath('a')}`;
    expect(bench.run(umount, { node: 2 })).toEqual({
      exitCode: 32,
      stdout: '',
      stderr: `umount: ${brickPath('a')}: target is busy.\n`,
    });
    bench.ok([`${G} volume stop v force`, ...unbrickLines('a')], { node: 2 });
  });

  it('sets options that exist', () => {
    const bench = pool();
    bench.ok([REPLICA, `${G} volume set v user.heketi.id abc`, `${G} volume set v performance.io-cache off`]);
    expect(bench.snapshot().glusterVolumes[0]!.options).toMatchObject({
      'user.heketi.id': 'abc',
      'performance.io-cache': 'off',
      'nfs.disable': 'on',
    });
    expect(bench.run(`${G} volume set v nonsense on`)).toEqual(
      refused('volume set: failed: option : nonsense does not exist'),
    );
  });

  it('grows and shrinks by whole sets', () => {
    const bench = pool();
    bench.ok([REPLICA]);
    const before = bench.snapshot().glusterVolumes;
    const more = [0, 1, 2].map((node) => brick(node, 'b'));
    expect(bench.run(`${G} volume add-brick v ${more[0]!}`)).toEqual(
      refused('volume add-brick: failed: Incorrect number of bricks supplied 1 with count 3'),
    );
    bench.ok([`${G} volume add-brick v ${more.join(' ')}`]);
    const info = bench.run(`${G} volume info v --xml`).stdout;
    expect(info).toContain('<type>7</type>');
    expect(info).toContain('<distCount>2</distCount>');
    const remove = (bricks: readonly string[]) => `${G} volume remove-brick v ${bricks.join(' ')} force`;
    expect(bench.run(remove([brick(0), brick(1), more[2]!])).stderr).toContain('Bricks not from same subvol');
    expect(bench.run(remove(more.slice(1))).stderr).toContain('incorrect brick count of 2 for replica 3');
    bench.ok([remove(more)]);
    expect(bench.snapshot().glusterVolumes).toEqual(before);
    expect(bench.run(remove([0, 1, 2].map((node) => brick(node)))).stderr).toContain(
      'Deleting all the bricks of the volume is not allowed',
    );
  });

  it('rebalances what is distributed and started', () => {
    const bench = pool();
    bench.ok([REPLICA]);
    expect(bench.run(`${G} volume rebalance v start`).stderr).toContain('Not performing rebalance');
    bench.ok([`${G} volume add-brick v ${[0, 1, 2].map((node) => brick(node, 'b')).join(' ')}`]);
    expect(bench.run(`${G} volume rebalance v start`).stderr).toContain('needs to be started');
    bench.ok([`${G} volume start v`, `${G} volume rebalance v start`]);
  });

  it('answers for a volume that is not there in the shape that was asked for', () => {
    const bench = pool(1, []);
    expect(bench.run(`${G} volume info v`)).toEqual(refused('Volume v does not exist'));
    const xml = bench.run(`${G} volume info v --xml`);
    expect(xml.stdout).toContain('<opRet>-1</opRet>');
    expect(xml.exitCode).toBe(0);
    expect(xml.stdout).toContain('<opErrstr>Volume does not exist</opErrstr>');
    expect(bench.run(`${G} volume info all --xml`).stdout).toContain('<count>0</count>');
  });

  it('asks for confirmation unless in script mode, and knows no other words', () => {
    const bench = pool();
    bench.ok([REPLICA]);
    expect(bench.run('gluster volume delete v')).toMatchObject({ exitCode: 1 });
    expect(bench.run(`${G} volume paint v`)).toMatchObject({ exitCode: 1 });
  });
});
