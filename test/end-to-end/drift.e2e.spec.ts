import fc from 'fast-check';
import { isClean, isDrift, type Difference } from '#drift';
import { startDriftSite, type DriftSite } from '#test/drift-site';
import { alterations, type Alteration, type Expected } from '#test/node-alterations';
import { Shell } from '../../libs/node-simulator/src/testing/shell.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

describe('drift', () => {
  let site: DriftSite;
  const shells = new Map<string, Shell>();

  beforeAll(async () => {
    site = await startDriftSite();
    for (const { manageHost } of site.nodes)
      shells.set(manageHost, await Shell.open(site.system.simulator, manageHost));
  });
  afterEach(() => site.restore());
  afterAll(async () => {
    for (const shell of shells.values()) shell.end();
    await site.system.close();
  });

  const find = async (): Promise<readonly Difference[]> => {
    const report = await site.system.drift();
    expect(report).toMatchObject({ uninspected: [], inspected: 3, unsettled: 0 });
    return report.differences.filter(isDrift);
  };

  /** What the remedies say, in their order; what does not work is given back. */
  async function follow(found: readonly Difference[]): Promise<readonly string[]> {
    const failed: string[] = [];
    const lines = found.flatMap(({ host, remedy }) => remedy.commands.map((command) => ({ host, command })));
    const once = lines.filter(
      (line, at) => lines.findIndex(({ host, command }) => host === line.host && command === line.command) === at,
    );
    for (const { host, command } of once) {
      const { exitCode, stderr } = await shells.get(host)!.run(command);
      if (exitCode !== 0) failed.push(`${host}: ${command}: ${stderr}`);
    }
    return failed;
  }

  const told = ({ kind, what, problem }: Pick<Difference, 'kind' | 'what' | 'problem'>, host: string): string =>
    `${problem} ${kind} ${what} on ${host}`;
  const asTold = (found: readonly Difference[]): string[] => found.map((each) => told(each, each.host)).sort();
  /** What is the whole Gluster cluster's is told of any one of its nodes. */
  const isShared = (kind: Difference['kind']): boolean => kind.startsWith('gluster-') || kind === 'peer';
  function hosts(found: readonly Difference[], expected: readonly Expected[]): readonly string[] {
    return expected.map(({ node, ...each }) => {
      const shared = found.find(({ kind, what }) => isShared(kind) && kind === each.kind && what === each.what);
      return told(each, shared?.host ?? site.nodes[node].manageHost);
    });
  }

  it('is none on nodes that nobody has touched, but for what is their own', async () => {
    const report = await site.system.drift();
    expect(isClean(report)).toBe(true);
    expect(new Set(report.differences.map(({ what, problem }) => `${problem} ${what}`))).toEqual(
      new Set(['foreign /']),
    );
  });

  describe.each(alterations.map((alteration) => ({ name: alteration.name, alteration })))(
    'when $name',
    ({ alteration }) => {
      it('is exactly that, with its owner, and gone when the remedy was followed', async () => {
        const expected = alteration.apply(site);
        const found = await find();
        expect(asTold(found)).toEqual([...hosts(found, expected)].sort());
        expect(new Set(found.map(({ owner }) => ownerName(owner)))).toEqual(ownersOf(alteration, found));
        expect(await follow(found)).toEqual([]);
        expect(await find()).toEqual([]);
      });
    },
  );

  it('is no more than foreign where a site has things of its own, and without a remedy where only the name is of our form', async () => {
    const id = 'a'.repeat(32);
    const names = { ours: `vg_${id}`, lv: `brick_${id}`, source: `/dev/mapper/vg_${id}-brick_${id}` };
    site.nodes[0].alter((state, world) => {
      const disk = state.devices[0]!;
      const sized = { extentKiB: 4096, extentCount: 10, spareMetadataExtents: 0, thinPools: [], uuid: 'u' };
      const volume = { poolName: '', virtualExtents: 1, filesystem: null };
      state.devices.push({ ...disk, path: '/dev/vdx', physicalVolume: { uuid: 'x', dataStartKiB: 0 } });
      state.volumeGroups.push(
        { ...sized, name: 'site', devicePaths: ['/dev/vdx'], thinVolumes: [{ ...volume, name: 'data' }] },
        { ...sized, name: names.ours, devicePaths: [], thinVolumes: [{ ...volume, name: names.lv }] },
      );
      state.mounts.push(
        { source: '/dev/mapper/site-data', target: '/srv', options: 'rw' },
        { source: names.source, target: '/mnt', options: 'rw' },
      );
      state.files['/etc/fstab'] = `${state.files['/etc/fstab'] ?? ''}${names.source} /mnt xfs defaults 0 0\n`;
      state.rootFolders.push({ path: '/var/lib/heketi/mounts/notes', gid: 0, mode: '0755', volumeId: null });
      const pool = world.pools.find(({ volumes }) => volumes.length > 0)!;
      pool.volumes.push({ ...pool.volumes[0]!, name: 'theirs', options: [], bricks: [{ host: 'h', path: '/b' }] });
    });
    const { differences } = await site.system.drift();
    const beside = differences.filter(({ what }) => what !== '/');
    expect(beside.map(({ problem, kind, what }) => `${problem} ${kind} ${what}`.replaceAll(id, 'ID')).sort()).toEqual([
      'foreign folder /var/lib/heketi/mounts/notes',
      'foreign gluster-volume theirs',
      'foreign logical-volume site/data',
      'foreign mount /srv',
      'foreign physical-volume /dev/vdx',
      'foreign volume-group site',
      'leaked fstab-line /mnt',
      'leaked logical-volume vg_ID/brick_ID',
      'leaked mount /mnt',
      'leaked volume-group vg_ID',
    ]);
    // The log may have been restored from a backup: what it has never had can hold somebody's data.
    for (const { owner, remedy } of beside)
      expect({ owner, commands: remedy.commands }).toEqual({ owner: null, commands: [] });
  });

  it('says of a disk that was moved to another node where it belongs, and lets nobody remove it', async () => {
    const [from, to] = site.nodes;
    const group = site.nodes[0].snapshot().volumeGroups[0]!.name;
    from.alter((state, world) => {
      const moved = state.volumeGroups.find(({ name }) => name === group)!;
      const disk = state.devices.find(({ path }) => path === moved.devicePaths[0])!;
      world.nodes[1]!.devices.push({ ...structuredClone(disk), path: '/dev/vdm' });
      world.nodes[1]!.volumeGroups.push({ ...structuredClone(moved), devicePaths: ['/dev/vdm'] });
      state.volumeGroups = state.volumeGroups.filter((each) => each !== moved);
      disk.physicalVolume = null;
    });
    const there = (await find()).filter(({ host, what }) => host === to.manageHost && !what.startsWith('/var'));
    expect(new Set(there.map(({ problem }) => problem))).toEqual(new Set(['different']));
    expect(there.flatMap(({ remedy }) => remedy.commands)).toEqual([]);
    expect(there.find(({ kind }) => kind === 'volume-group')).toMatchObject({ what: group, found: 'here' });
  });

  const ownerName = (owner: Difference['owner']): string => owner?.name.replace(/^\/dev\/vd.*/, '/dev/vd') ?? 'nobody';
  /** Of a disk that is lost, the bricks are the volume's and the rest is the device's. */
  const ownersOf = ({ owner }: Alteration, found: readonly Difference[]): Set<string> =>
    owner !== null ? new Set([owner]) : new Set(found.map(({ kind }) => (isDisk(kind) ? '/dev/vd' : 'kept')));
  const isDisk = (kind: Difference['kind']): boolean => kind === 'physical-volume' || kind === 'volume-group';

  it('is all that was altered and nothing else, whatever was altered, and remedies take all of it away', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray([...alterations], { minLength: 2, maxLength: 8 }), async (some) => {
        site.restore();
        const ofSubjects = [...new Map(some.map((each) => [each.subject, each])).values()];
        const chosen = ofSubjects.filter(({ subject }) => !ofSubjects.some(({ hides }) => hides === subject));
        const expected = chosen.flatMap((each) => each.apply(site));
        const first = await find();
        expect(asTold(first)).toEqual([...new Set(hosts(first, expected))].sort());
        // what hides behind another thing shows when that is put right
        let left = first;
        for (let round = 0; left.length > 0 && round < 3; round += 1) {
          await follow(left);
          left = await find();
        }
        expect(left).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });
});
