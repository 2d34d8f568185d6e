import { roundUp } from '#kernel';
import { findDevice } from '../../model/block-devices.js';
import { groupOfDevice } from '../../model/volume-groups.js';
import type { BlockDevice, NodeState } from '../../model/world.js';
import { CommandRefusal, done, refuse, type IdSource, type Program } from '../program.js';
import { LVM_FAILED, lvmOptions, sizeKiB, unlessQuiet } from './lvm-command.js';

/** The label takes the first four sectors; the metadata area begins after 4 KiB. */
const LABEL_KIB = 4;
const DEFAULT_METADATA_KIB = 1020;
const DEFAULT_ALIGNMENT_KIB = 1024;

export const pvcreate: Program = ({ node, ids }, args) => {
  const options = lvmOptions('pvcreate', args, {
    flags: ['-f', '-ff', '--norestorefile'],
    values: ['--metadatasize', '--dataalignment', '--uuid'],
  });
  const metadata = options.value('--metadatasize');
  const alignment = options.value('--dataalignment');
  const [path] = options.operands;
  if (path === undefined) return refuse(3, '  Please enter a physical volume path.');
  const device = requireDevice(node, path);
  const group = groupOfDevice(node, device);
  if (group !== undefined && !options.has('-ff')) {
    return refuse(
      LVM_FAILED,
      `  Can't initialize physical volume "${device.path}" of volume group "${group.name}" without -ff`,
      `  ${device.path}: physical volume not initialized.`,
    );
  }
  refuseForeignSignature(device, options.has('-f') || options.has('-ff') || options.has('-y'));
  const uuid = options.value('--uuid');
  if (uuid !== undefined && !options.has('--norestorefile')) {
    return refuse(3, '  --restorefile is required with --uuid');
  }
  initialise(
    device,
    uuid ?? ids.lvmUuid(),
    metadata === undefined ? DEFAULT_METADATA_KIB : sizeKiB(metadata),
    alignment === undefined ? DEFAULT_ALIGNMENT_KIB : sizeKiB(alignment),
  );
  return done(unlessQuiet(options, `  Physical volume "${device.path}" successfully created.`));
};

export const pvremove: Program = ({ node }, args) => {
  const options = lvmOptions('pvremove', args, { flags: ['-f', '-ff'] });
  const [path] = options.operands;
  if (path === undefined) return refuse(3, '  Please enter a physical volume path');
  const device = requireDevice(node, path);
  if (device.physicalVolume === null) return refuse(LVM_FAILED, `  No PV found on device ${device.path}.`);
  const group = groupOfDevice(node, device);
  if (group !== undefined) {
    return refuse(
      LVM_FAILED,
      `  PV ${device.path} is used by VG ${group.name} so please use vgreduce first.`,
      '  (If you are certain you need pvremove, then confirm by using --force twice.)',
      `  ${device.path}: physical volume label not removed.`,
    );
  }
  device.physicalVolume = null;
  return done(unlessQuiet(options, `  Labels on physical volume "${device.path}" successfully wiped.`));
};

export function requireDevice(node: NodeState, path: string): BlockDevice {
  return findDevice(node, path) ?? refuse(LVM_FAILED, `  No device found for ${path}.`);
}

/** vgcreate makes a plain disk a physical volume first, with LVM's defaults. */
export function ensurePhysicalVolume(device: BlockDevice, ids: IdSource): void {
  refuseForeignSignature(device, false);
  if (device.physicalVolume === null) initialise(device, ids.lvmUuid(), DEFAULT_METADATA_KIB, DEFAULT_ALIGNMENT_KIB);
}

/** LVM asks before it wipes; without a terminal the answer is no. */
function refuseForeignSignature(device: BlockDevice, wipe: boolean): void {
  if (device.signature === null) return;
  if (wipe) device.signature = null;
  else {
    throw new CommandRefusal(
      LVM_FAILED,
      `WARNING: ${device.signature} signature detected on ${device.path} at offset 0. Wipe it? [y/n]: [n]\n` +
        `  Aborted wiping of ${device.signature}.\n  1 existing signature left on the device.\n`,
    );
  }
}

function initialise(device: BlockDevice, uuid: string, metadataKiB: number, alignmentKiB: number): void {
  device.physicalVolume = { uuid, dataStartKiB: roundUp(LABEL_KIB + metadataKiB, alignmentKiB) };
}
