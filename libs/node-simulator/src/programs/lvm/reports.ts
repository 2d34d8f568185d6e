import { findDevice, isMounted } from '../../model/block-devices.js';
import { findVolumeGroup, freeExtents, groupOfDevice, thinCount } from '../../model/volume-groups.js';
import type { BlockDevice, NodeState, VolumeGroup } from '../../model/world.js';
import { CommandRefusal, done, refuse, type Program } from '../program.js';
import { LVM_FAILED, lvmOptions } from './lvm-command.js';

/** A field's value: a text, or a size in KiB that is printed in the unit asked for. */
type Value = string | { readonly sizeKiB: number };
type Row = Readonly<Record<string, Value>>;

interface Selection {
  readonly rows: readonly Row[];
  /** What goes to stderr for operands that do not exist. */
  readonly missing: readonly string[];
}

const UNIT_DIVISORS: Readonly<Record<string, number>> = { b: 1 / 1024, k: 1, m: 1024, g: 1024 ** 2, t: 1024 ** 3 };

/** `pvs`, `vgs` and `lvs` with `--reportformat json`: the only form that is machine readable. */
function report(command: string, section: string, select: (node: NodeState, operands: readonly string[]) => Selection) {
  const program: Program = ({ node }, args) => {
    const options = lvmOptions(command, args, {
      flags: ['--nosuffix', '--noheadings', '-a'],
      values: ['--reportformat', '--units', '-o', '--options'],
    });
    if (options.value('--reportformat') !== 'json')
      return refuse(3, `  ${command}: only --reportformat json is simulated`);
    const units = options.value('--units') ?? 'k';
    const divisor = UNIT_DIVISORS[units];
    if (divisor === undefined) return refuse(3, '  Invalid units specification');
    const suffix = options.has('--nosuffix') ? '' : units;
    const fields = (options.value('-o') ?? options.value('--options') ?? '').split(',');
    const { rows, missing } = select(node, options.operands);
    const entries = rows.map((row) => {
      const cells = fields.map((field) => {
        const value = row[field] ?? refuse(LVM_FAILED, `  Unrecognised field: ${field}`);
        return `"${field}":"${typeof value === 'string' ? value : sizeText(value.sizeKiB / divisor, units, suffix)}"`;
      });
      return `                  {${cells.join(', ')}}`;
    });
    const stdout = jsonReport(section, entries);
    if (missing.length > 0) throw new CommandRefusal(LVM_FAILED, missing.map((line) => `${line}\n`).join(''), stdout);
    return done(stdout);
  };
  return program;
}

function sizeText(amount: number, units: string, suffix: string): string {
  return `${units === 'b' ? amount.toFixed(0) : amount.toFixed(2)}${suffix}`;
}

/** The layout of LVM 2.03.16, line by line. */
function jsonReport(section: string, entries: readonly string[]): string {
  const body = entries.length === 0 ? '' : `${entries.join(',\n')}\n`;
  return `  {\n      "report": [\n          {\n              "${section}": [\n${body}              ]\n          }\n      ]\n  }\n`;
}

export const pvs = report('pvs', 'pv', (node, operands) => {
  const found = operands.map((path) => findDevice(node, path));
  const devices = operands.length === 0 ? node.devices : found.filter((device) => device !== undefined);
  const volumes = devices.filter((device) => device.physicalVolume !== null);
  return {
    rows: volumes.map((device) => pvRow(node, device)),
    missing: operands.flatMap((path, index) => {
      const device = found[index];
      if (device === undefined) return [`  Cannot use ${path}: device not found`];
      return device.physicalVolume === null ? [`  Failed to find physical volume "${path}".`] : [];
    }),
  };
});

export const vgs = report('vgs', 'vg', (node, operands) => {
  const { groups, missing } = selectGroups(node, operands);
  return { rows: groups.map(vgRow), missing };
});

export const lvs = report('lvs', 'lv', (node, operands) => {
  const names = operands.map((operand) => operand.replace(/^\/dev\//, '').split('/'));
  const { groups, missing } = selectGroups(node, [...new Set(names.map(([group = '']) => group))]);
  const wanted = names.filter((parts) => parts.length > 1);
  const rows = groups.flatMap((group) => lvRows(node, group));
  const chosen = wanted.length === 0 ? rows : rows.filter((row) => wanted.some(([, name]) => row['lv_name'] === name));
  const unfound = wanted
    .filter(([, name]) => !rows.some((row) => row['lv_name'] === name))
    .map(([group = '', name = '']) => `  Failed to find logical volume "${group}/${name}"`);
  return { rows: chosen, missing: missing.length > 0 ? missing : unfound };
});

function selectGroups(node: NodeState, names: readonly string[]): { groups: VolumeGroup[]; missing: string[] } {
  const found = names.map((name) => findVolumeGroup(node, name));
  return {
    groups: names.length === 0 ? node.volumeGroups : found.filter((group) => group !== undefined),
    missing: names
      .filter((_, index) => found[index] === undefined)
      .flatMap((name) => [`  Volume group "${name}" not found`, `  Cannot process volume group ${name}`]),
  };
}

function pvRow(node: NodeState, device: BlockDevice): Row {
  const start = device.physicalVolume?.dataStartKiB ?? 0;
  return {
    pv_name: device.path,
    pv_uuid: device.physicalVolume?.uuid ?? '',
    vg_name: groupOfDevice(node, device)?.name ?? '',
    pv_size: { sizeKiB: device.sizeKiB - start },
    dev_size: { sizeKiB: device.sizeKiB },
  };
}

function vgRow(group: VolumeGroup): Row {
  return {
    vg_name: group.name,
    vg_uuid: group.uuid,
    vg_extent_size: { sizeKiB: group.extentKiB },
    vg_extent_count: String(group.extentCount),
    vg_free_count: String(freeExtents(group)),
    vg_size: { sizeKiB: group.extentCount * group.extentKiB },
    vg_free: { sizeKiB: freeExtents(group) * group.extentKiB },
    lv_count: String(group.thinPools.length + group.thinVolumes.length),
    pv_count: String(group.devicePaths.length),
  };
}

function lvRows(node: NodeState, group: VolumeGroup): Row[] {
  const volumes = group.thinVolumes.map((volume) => ({
    lv_name: volume.name,
    vg_name: group.name,
    pool_lv: volume.poolName,
    lv_size: { sizeKiB: volume.virtualExtents * group.extentKiB },
    lv_attr: isMounted(node, group.name, volume.name) ? 'Vwi-aotz--' : 'Vwi-a-tz--',
    thin_count: '',
  }));
  const pools = group.thinPools.map((pool) => ({
    lv_name: pool.name,
    vg_name: group.name,
    pool_lv: '',
    lv_size: { sizeKiB: pool.dataExtents * group.extentKiB },
    lv_attr: thinCount(group, pool.name) > 0 ? 'twi-aotz--' : 'twi-a-tz--',
    thin_count: String(thinCount(group, pool.name)),
  }));
  return [...volumes, ...pools].sort((a, b) => (a.lv_name < b.lv_name ? -1 : 1));
}
