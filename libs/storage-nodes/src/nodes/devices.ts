import type { DeviceObservation } from '#domain';
import { rmdir, udevLinks } from '../commands/files.js';
import { pvremove, pvs, vgremove, vgs } from '../commands/lvm.js';
import { deviceMountFolder, pvLink, vgName } from '../commands/names.js';
import { checkedDevicePath, checkedPvUuid } from '../guards.js';
import { devicePaths } from '../parsers/host-texts.js';
import { parsePvs, parseVgs, type PhysicalVolume } from '../parsers/lvm-report.js';
import { shellLine } from '../quote.js';
import { NodeCommandError, type DeviceIdentity } from '../storage-nodes.js';
import type { NodeCommands } from './node-commands.js';

const GONE = /not found|no pv found on/i;
/** What is left in a folder is not ours to judge; the command and its answer are on record. */
const FOLDER_GONE = /no such file or directory|directory not empty/i;

const NO_PHYSICAL_VOLUME = 5;

/** The physical volume on a device, null where there is none. @throws NodeCommandError where LVM could not be asked */
export async function physicalVolume(commands: NodeCommands, device: string): Promise<PhysicalVolume | null> {
  const command = pvs(device);
  const result = await commands.run(command);
  if (result.exitCode === NO_PHYSICAL_VOLUME) {
    return null;
  }
  if (result.exitCode !== 0) {
    throw commands.refused(command, result);
  }
  return parsePvs(result.stdout);
}

/** Names under which the device may be found: LVM's own link first, as the given name may be another disk's by now. */
function candidates(name: string, pvUuid: string | undefined): readonly string[] {
  const given = checkedDevicePath(name);
  return pvUuid === undefined || pvUuid === '' ? [given] : [pvLink(checkedPvUuid(pvUuid)), given];
}

/** What LVM and udev say of a device that is ours. */
export async function measureDevice(commands: NodeCommands, device: DeviceIdentity): Promise<DeviceObservation> {
  const vg = vgName(device.deviceId);
  const group = parseVgs((await commands.expect(vgs(vg))).stdout);
  for (const path of candidates(device.name, device.pvUuid)) {
    const pv = await physicalVolume(commands, path);
    if (pv?.vg === vg) {
      const links = await commands.run(udevLinks(path));
      return {
        totalKiB: group.extentCount * group.extentSizeKiB,
        freeKiB: group.freeExtents * group.extentSizeKiB,
        extentSizeKiB: group.extentSizeKiB,
        pvUuid: pv.uuid,
        paths: devicePaths(links.exitCode === 0 ? links.stdout : '', device.name),
      };
    }
  }
  const text = `Device ${device.name} does not hold volume group ${vg}`;
  throw new NodeCommandError(text, commands.node.manageHost, shellLine(pvs(device.name).argv), 0);
}

/**
 * Removes group, physical volume and mount folder. A physical volume is touched only where it is the known one, or where
 * none is known and it belongs to nobody.
 */
export async function removeDevice(
  commands: NodeCommands,
  device: DeviceIdentity & { readonly pvUuid: string },
): Promise<void> {
  const vg = vgName(device.deviceId);
  await commands.expectUnless(GONE, vgremove(vg));
  for (const path of candidates(device.name, device.pvUuid)) {
    const pv = await physicalVolume(commands, path);
    if (pv?.vg === '' && (device.pvUuid === '' || pv.uuid === device.pvUuid)) {
      await commands.expectUnless(GONE, pvremove(path));
      break;
    }
  }
  await commands.expectUnless(FOLDER_GONE, rmdir(deviceMountFolder(device.deviceId)));
}
