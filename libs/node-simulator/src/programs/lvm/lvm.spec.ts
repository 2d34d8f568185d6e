import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bench, brickLines, createVolumeLine, GROUP_LINES, unbrickLines, UNGROUP_LINES } from '../../testing/bench.js';
import { freeExtents, usedExtents } from '../../model/volume-groups.js';

const refused = (...stderr: string[]) => ({
  exitCode: 5,
  stdout: '',
  stderr: stderr.map((line) => `${line}\n`).join(''),
});

function grouped(): Bench {
  const bench = new Bench();
  bench.ok(GROUP_LINES);
  return bench;
}

const group = (bench: Bench) => bench.node().volumeGroups[0]!;

describe('physical volumes and groups', () => {
  it('gives a 20 GiB disk with 128 MiB of metadata the 5087 extents that LVM gives it', () => {
    const report = grouped().run(
      'lvm vgs --reportformat json --units k --nosuffix -o vg_name,vg_extent_size,vg_extent_count,vg_free_count vg_d',
    );
    expect(JSON.parse(report.stdout)).toEqual({
      report: [
        { vg: [{ vg_name: 'vg_d', vg_extent_size: '4096.00', vg_extent_count: '5087', vg_free_count: '5087' }] },
      ],
    });
  });

  it('refuses a disk that a group has, and initialises one again that none has', () => {
    const bench = new Bench();
    bench.ok(['lvm pvcreate -qq /dev/vdb', 'lvm pvcreate -qq /dev/vdb', 'lvm vgcreate -qq vg_d /dev/vdb']);
    expect(bench.run('lvm pvcreate -qq /dev/vdb')).toEqual(
      refused(
        `  Can't initialize physical volume "/dev/vdb" of volume group "vg_d" without -ff`,
        '  /dev/vdb: physical volume not initialized.',
      ),
    );
    expect(bench.run('lvm vgcreate -qq vg_e /dev/vdb').stderr).toContain("is already in volume group 'vg_d'");
    expect(bench.run('lvm vgcreate -qq vg_d /dev/vdc')).toEqual(
      refused('  A volume group called vg_d already exists.'),
    );
  });

  it('leaves a disk with a foreign filesystem alone until it is wiped', () => {
    const bench = new Bench();
    bench.node().devices[0]!.signature = 'ext4';
    expect(bench.run('lvm pvcreate -qq /dev/vdb')).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining('ext4 signature detected on /dev/vdb') as string,
    });
    bench.ok(['wipefs --all /dev/vdb', 'lvm pvcreate -qq /dev/vdb']);
  });

  it('names what is not there', () => {
    const bench = new Bench();
    expect(bench.run('lvm pvcreate -qq /dev/vdz')).toEqual(refused('  No device found for /dev/vdz.'));
    expect(bench.run('lvm pvremove -qq /dev/vdb')).toEqual(refused('  No PV found on device /dev/vdb.'));
    expect(bench.run('lvm vgremove -qq vg_d')).toEqual(
      refused('  Volume group "vg_d" not found', '  Cannot process volume group vg_d'),
    );
    const pvs = bench.run('lvm pvs --reportformat json -o pv_name,pv_uuid,vg_name /dev/vdb');
    expect(pvs).toMatchObject({ exitCode: 5, stderr: '  Failed to find physical volume "/dev/vdb".\n' });
    expect(JSON.parse(pvs.stdout)).toEqual({ report: [{ pv: [] }] });
  });

  it('keeps a group that has volumes and a disk that has a group', () => {
    const bench = grouped();
    bench.ok([createVolumeLine('a')]);
    expect(bench.run('lvm vgremove -qq vg_d')).toEqual(
      refused(
        'Do you really want to remove volume group "vg_d" containing 2 logical volumes? [y/n]: [n]',
        '  Volume group "vg_d" not removed',
      ),
    );
    expect(bench.run('lvm pvremove -qq /dev/vdb')).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining('PV /dev/vdb is used by VG vg_d so please use vgreduce first.') as string,
    });
    expect(bench.run('wipefs --all /dev/vdb')).toMatchObject({ exitCode: 1 });
  });

  it('finds a disk by the link that carries its uuid', () => {
    const bench = grouped();
    const uuid = bench.snapshot().physicalVolumes[0]!.uuid;
    const links = bench.run('udevadm info --query=symlink --name=/dev/vdb').stdout;
    expect(links).toContain(`disk/by-id/lvm-pv-uuid-${uuid}`);
    expect(bench.run(`lvm pvs --reportformat json -o pv_name /dev/disk/by-id/lvm-pv-uuid-${uuid}`).stdout).toContain(
      '"pv_name":"/dev/vdb"',
    );
  });
});

describe('thin pools and volumes', () => {
  it('charges data, metadata and the one spare', () => {
    const bench = grouped();
    bench.ok([createVolumeLine('a'), createVolumeLine('b')]);
    // 256 data and 2 metadata extents each; the spare is as large as the largest metadata.
    expect(usedExtents(group(bench))).toBe(2 * (256 + 2) + 2);
    bench.ok([createVolumeLine('c', 1024 ** 2, 16 * 1024)]);
    expect(group(bench).spareMetadataExtents).toBe(4);
  });

  it('reports pools and volumes as lvs does', () => {
    const bench = grouped();
    bench.ok([createVolumeLine('a')]);
    const report = bench.run(
      'lvm lvs --reportformat json --units k --nosuffix -o lv_name,pool_lv,lv_size,lv_attr,thin_count vg_d',
    );
    const size = '1048576.00';
    expect(JSON.parse(report.stdout)).toEqual({
      report: [
        {
          lv: [
            { lv_name: 'brick_a', pool_lv: 'tp_a', lv_size: size, lv_attr: 'Vwi-a-tz--', thin_count: '' },
            { lv_name: 'tp_a', pool_lv: '', lv_size: size, lv_attr: 'twi-aotz--', thin_count: '1' },
          ],
        },
      ],
    });
  });

  it('refuses taken names and more than is free', () => {
    const bench = grouped();
    bench.ok([createVolumeLine('a')]);
    const before = bench.snapshot();
    expect(bench.run(createVolumeLine('a'))).toEqual(
      refused('  Logical volume tp_a already exists in Volume group vg_d.'),
    );
    expect(bench.run('lvm lvcreate --thin vg_d/tp_a --virtualsize 1G --name brick_a')).toEqual(
      refused('  Logical Volume "brick_a" already exists in volume group "vg_d"'),
    );
    expect(bench.run(createVolumeLine('b', 20 * 1024 ** 2))).toEqual(
      refused('  Volume group "vg_d" has insufficient free space (4827 extents): 5120 required.'),
    );
    expect(bench.snapshot()).toEqual(before);
  });

  it('counts the spare when the group would be filled to the last extent', () => {
    const bench = grouped();
    expect(bench.run(createVolumeLine('a', (5087 - 2) * 4096)).exitCode).toBe(5);
    bench.ok([createVolumeLine('a', (5087 - 4) * 4096)]);
    expect(freeExtents(group(bench))).toBe(0);
  });

  it('keeps a mounted volume, names a lost one, and removes a pool with what is in it', () => {
    const bench = grouped();
    bench.ok(brickLines('a'));
    const inUse = refused('  Logical volume vg_d/brick_a contains a filesystem in use.');
    expect(bench.run('lvm lvremove --autobackup=n -f vg_d/brick_a')).toEqual(inUse);
    expect(bench.run('lvm lvremove --autobackup=n -f vg_d/tp_a')).toEqual(inUse);
    bench.ok(['umount /var/lib/heketi/mounts/vg_d/brick_a', 'lvm lvremove --autobackup=n -f vg_d/tp_a']);
    expect(bench.snapshot()).toMatchObject({ thinPools: [], logicalVolumes: [] });
    expect(bench.run('lvm lvremove -f vg_d/brick_a')).toEqual(
      refused('  Failed to find logical volume "vg_d/brick_a"'),
    );
  });

  it('asks before it removes without -f', () => {
    const bench = grouped();
    bench.ok([createVolumeLine('a')]);
    expect(bench.run('lvm lvremove vg_d/brick_a')).toMatchObject({ exitCode: 5 });
    expect(bench.snapshot().logicalVolumes).toHaveLength(1);
  });

  it('stops after the pool when it is interrupted', () => {
    const bench = grouped();
    bench.run(createVolumeLine('a'), { interrupted: true });
    expect(bench.snapshot()).toMatchObject({ thinPools: [{ name: 'tp_a', thinCount: 0 }], logicalVolumes: [] });
  });

  it('refuses options that LVM does not have', () => {
    expect(grouped().run('lvm lvs --colour vg_d')).toMatchObject({ exitCode: 3 });
    expect(grouped().run('lvm lvpaint vg_d')).toMatchObject({ exitCode: 2 });
  });
});

describe('any order of work', () => {
  const names = fc.constantFrom('a', 'b', 'c');
  const step = fc.record({ name: names, make: fc.boolean(), sizeGiB: fc.integer({ min: 1, max: 12 }) });

  it('keeps free + used = total, and removing everything leaves what was before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const bench = new Bench();
        const empty = bench.snapshot();
        bench.ok(GROUP_LINES);
        for (const { name, make, sizeGiB } of steps) {
          bench.run(
            make ? createVolumeLine(name, sizeGiB * 1024 ** 2, sizeGiB * 5120) : `lvm lvremove -f vg_d/tp_${name}`,
          );
          expect(freeExtents(group(bench))).toBeGreaterThanOrEqual(0);
          expect(freeExtents(group(bench)) + usedExtents(group(bench))).toBe(group(bench).extentCount);
        }
        for (const name of ['a', 'b', 'c']) bench.run(`lvm lvremove -f vg_d/tp_${name}`);
        bench.ok(UNGROUP_LINES);
        expect(bench.snapshot()).toEqual(empty);
      }),
    );
  });

  it('finds every brick as it was before once what was made after it is removed', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(['a', 'b', 'c']), fc.nat(), (order, seed) => {
        const bench = grouped();
        bench.ok(['mkdir -p /var/lib/heketi/mounts/vg_d']);
        const before = bench.snapshot();
        for (const name of order) bench.ok(brickLines(name));
        const back = [...order.slice(seed % 4), ...order.slice(0, seed % 4)];
        for (const name of back) bench.ok(unbrickLines(name));
        expect(bench.snapshot()).toEqual(before);
      }),
      { numRuns: 30 },
    );
  });
});
