import { deviceIdOfVg, vgName, type FoundPhysicalVolume, type NodeInventory } from '#storage-nodes';
import type { ExpectedDevice, ExpectedNode } from '../expected.js';
import type { Finding } from '../finding.js';

/** Physical volumes and volume groups. A disk is known by its physical volume's UUID, whatever it is called today. */
export function compareDevices(expected: ExpectedNode, inventory: NodeInventory): readonly Finding[] {
  const { nodeId } = expected.node;
  const own = new Map(expected.devices.map((device) => [vgName(device.device.deviceId), device]));
  const claimed = new Set<FoundPhysicalVolume>();
  const ofDevices = expected.devices.flatMap((device) => {
    const volumes = physicalVolumesOf(device, inventory);
    for (const each of volumes) claimed.add(each);
    return [...physicalVolume(nodeId, device, volumes), ...volumeGroup(nodeId, device, volumes, inventory)];
  });
  const others = inventory.physicalVolumes.filter((each) => !claimed.has(each));
  const groups = inventory.volumeGroups.filter(({ name }) => !own.has(name));
  return [
    ...ofDevices,
    ...others.map((each) => otherPhysicalVolume(nodeId, each)),
    ...groups.map(({ name }) => otherGroup(nodeId, name)),
  ];
}

/** A set-up that is half way has a physical volume without a group, whose UUID nobody has noted yet. */
function physicalVolumesOf(
  { device, standing }: ExpectedDevice,
  inventory: NodeInventory,
): readonly FoundPhysicalVolume[] {
  const group = vgName(device.deviceId);
  const halfMade = (each: FoundPhysicalVolume): boolean =>
    standing !== 'settled' && each.vg === '' && each.device === device.name;
  return inventory.physicalVolumes.filter((each) => each.vg === group || each.uuid === device.pvUuid || halfMade(each));
}

function physicalVolume(
  nodeId: string,
  of: ExpectedDevice,
  volumes: readonly FoundPhysicalVolume[],
): readonly Finding[] {
  const { device, standing } = of;
  const { deviceId, pvUuid } = device;
  const vg = vgName(deviceId);
  const base = { nodeId, kind: 'physical-volume', about: { deviceId }, of: { device: of } } as const;
  const right = volumes.find(({ uuid }) => uuid === pvUuid) ?? volumes[0];
  if (standing !== 'settled') {
    return right === undefined ? [] : [{ ...base, what: right.device, problem: standing }];
  }
  if (right === undefined) return [{ ...base, what: device.name, problem: 'missing' }];
  if (pvUuid !== '' && right.uuid !== pvUuid) {
    const expected = `physical volume ${pvUuid}`;
    return [{ ...base, what: right.device, problem: 'different', expected, found: `physical volume ${right.uuid}` }];
  }
  if (right.vg !== '' && right.vg !== vg) {
    const expected = `in volume group ${vg}`;
    return [{ ...base, what: right.device, problem: 'different', expected, found: `in volume group ${right.vg}` }];
  }
  return [];
}

function volumeGroup(
  nodeId: string,
  of: ExpectedDevice,
  volumes: readonly FoundPhysicalVolume[],
  inventory: NodeInventory,
): readonly Finding[] {
  const { deviceId } = of.device;
  const what = vgName(deviceId);
  const base = { nodeId, kind: 'volume-group', what, about: { deviceId }, of: { device: of } } as const;
  const there = inventory.volumeGroups.some(({ name }) => name === what);
  if (of.standing !== 'settled') return there ? [{ ...base, problem: of.standing }] : [];
  if (!there) return [{ ...base, problem: 'missing' }];
  const disks = volumes.filter(({ vg }) => vg === what).map(({ device }) => device);
  if (disks.length < 2) return [];
  return [{ ...base, problem: 'different', expected: 'on one disk', found: `on ${disks.join(', ')}` }];
}

function otherPhysicalVolume(nodeId: string, { device, uuid, vg }: FoundPhysicalVolume): Finding {
  const base = { nodeId, kind: 'physical-volume', what: device } as const;
  const deviceId = deviceIdOfVg(vg);
  if (deviceId !== null) return { ...base, problem: 'leaked', about: { deviceId } };
  // without a group nothing but its UUID can say whose it was
  return vg === ''
    ? { ...base, problem: 'leaked', about: { pvUuid: uuid } }
    : { ...base, problem: 'foreign', about: {} };
}

function otherGroup(nodeId: string, what: string): Finding {
  const deviceId = deviceIdOfVg(what);
  const base = { nodeId, kind: 'volume-group', what } as const;
  return deviceId === null
    ? { ...base, problem: 'foreign', about: {} }
    : { ...base, problem: 'leaked', about: { deviceId } };
}
