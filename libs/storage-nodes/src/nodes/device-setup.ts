import type { DeviceObservation } from '#domain';
import { messageOf } from '#kernel';
import { pvcreate, vgcreate, wipefs } from '../commands/lvm.js';
import { vgName } from '../commands/names.js';
import type { NodeSettings } from '../commands/settings.js';
import { checkedDevicePath } from '../guards.js';
import type { PhysicalVolume } from '../parsers/lvm-report.js';
import { NodeCommandError, NodeUnreachableError, type DeviceSetup } from '../storage-nodes.js';
import { measureDevice, physicalVolume } from './devices.js';
import type { NodeCommands } from './node-commands.js';

/**
 * Makes a device ours. A physical volume without a group is nobody's: it may be the half of a set-up that was cut off, it
 * can hold no data, and LVM makes it again without asking.
 */
export async function ensureDevice(
  commands: NodeCommands,
  device: DeviceSetup,
  settings: NodeSettings,
): Promise<DeviceObservation> {
  const name = checkedDevicePath(device.name);
  const vg = vgName(device.deviceId);
  const before = await physicalVolume(commands, name);
  if (before?.vg !== vg) {
    await initialize(commands, name, vg, settings).catch((error: unknown) =>
      wipeAndInitialize(commands, device, vg, settings, error),
    );
  }
  return measureDevice(commands, device);
}

async function initialize(commands: NodeCommands, name: string, vg: string, settings: NodeSettings): Promise<void> {
  await commands.expect(pvcreate(name, settings));
  await commands.expect(vgcreate(vg, name, settings));
}

/** Second try, where the data on the device may be destroyed; else the explanation of the first. */
async function wipeAndInitialize(
  commands: NodeCommands,
  device: DeviceSetup,
  vg: string,
  settings: NodeSettings,
  error: unknown,
): Promise<void> {
  if (!(error instanceof NodeCommandError)) {
    throw error;
  }
  const found = await contents(commands, device, error);
  if (found?.vg === vg) {
    return;
  }
  const explained = explain(device.name, found, error);
  if (!device.destroyData) {
    throw explained;
  }
  refuseToDestroy(device, found, explained);
  await commands.expect(wipefs(device.name));
  await initialize(commands, device.name, vg, settings).catch(async (again: unknown) => {
    throw again instanceof NodeCommandError
      ? explain(device.name, await contents(commands, device, again), again)
      : again;
  });
}

async function contents(
  commands: NodeCommands,
  device: DeviceSetup,
  error: NodeCommandError,
): Promise<PhysicalVolume | null> {
  try {
    return await physicalVolume(commands, device.name);
  } catch (unknown) {
    const text = `Initializing device ${device.name} failed (failed to check device contents): ${messageOf(unknown)}`;
    if (unknown instanceof NodeUnreachableError) {
      throw new NodeUnreachableError(text, unknown.node, unknown.sent);
    }
    throw unknown instanceof NodeCommandError
      ? new NodeCommandError(text, error.node, error.command, error.exitCode)
      : unknown;
  }
}

/** Heketi's words, its spelling included: clients and people search for them. */
function explain(name: string, found: PhysicalVolume | null, error: NodeCommandError): NodeCommandError {
  const finding =
    found === null ? 'already initialized or contains data?' : `aleady contains Physical Volume ${found.uuid}`;
  const text = `Initializing device ${name} failed (${finding}): ${error.message}`;
  return new NodeCommandError(text, error.node, error.command, error.exitCode);
}

/**
 * Heketi's policy: data may be destroyed, but not that of a device which is in use here. A physical volume in a group is
 * spared unless the caller has said which ones are known and this is none of them.
 */
function refuseToDestroy(device: DeviceSetup, found: PhysicalVolume | null, error: NodeCommandError): void {
  if (found === null || found.vg === '') {
    return;
  }
  if (device.knownPvUuids === undefined) {
    const text = `Can not destroy device, destroy may not be safe: ${error.message}`;
    throw new NodeCommandError(text, error.node, error.command, error.exitCode);
  }
  if (device.knownPvUuids.includes(found.uuid)) {
    const id = /^vg_([0-9a-f]{32})$/.exec(found.vg)?.[1] ?? found.uuid;
    throw new NodeCommandError(`Device already in use (ID: ${id})`, error.node, error.command, error.exitCode);
  }
}
