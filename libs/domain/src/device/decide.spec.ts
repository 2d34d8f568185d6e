import { describe, it } from 'vitest';
import type { AdminState } from '../node/events.js';
import { specificationOf } from '../testing/decider-specification.js';
import { sampleBrick, sampleDevice, sampleId, sampleObservation } from '../testing/samples.js';
import { type DeviceCommand, deviceDecider } from './decide.js';
import type { BrickReservation, DeviceEvent } from './events.js';

const { given } = specificationOf(deviceDecider);
const operationId = sampleId('operation');
const other = sampleId('other');
const { deviceId } = sampleDevice;
const inUse = 'The target exists, contains other items, or is in use.';

const accepted: DeviceEvent = { type: 'DeviceAddAccepted', data: { ...sampleDevice, operationId } };
const added: DeviceEvent = { type: 'DeviceAdded', data: { ...sampleObservation, operationId } };
const addFailed: DeviceEvent = { type: 'DeviceAddFailed', data: { operationId, reason: 'not found' } };
const deleting: DeviceEvent = { type: 'DeviceDeleteAccepted', data: { operationId, forceForget: false } };
const deleted: DeviceEvent = { type: 'DeviceDeleted', data: { operationId } };
const moved = (state: AdminState): DeviceEvent => ({ type: 'DeviceStateChanged', data: { state } });
const reserved = (brick: BrickReservation): DeviceEvent => ({ type: 'BrickReserved', data: brick });
const released = (brick: BrickReservation): DeviceEvent => ({ type: 'BrickReleased', data: brick });
const active = [accepted, added];
const brick = sampleBrick('brick1');

describe('adding a device', () => {
  const add: DeviceCommand = { type: 'AddDevice', operationId, device: sampleDevice, nodeExists: true };

  it('is accepted', () => given([]).when(add).then([accepted]));
  it('needs its node', () =>
    given([])
      .when({ ...add, nodeExists: false })
      .thenRefused('not-found', 'Node id does not exist'));
  it('needs a new id', () => given([accepted]).when(add).thenRefused('conflict', 'Id already exists'));
  it('ends with what LVM measured', () =>
    given([accepted]).when({ type: 'FinishDeviceAdd', operationId, observation: sampleObservation }).then([added]));
  it('ends in failure', () =>
    given([accepted]).when({ type: 'FailDeviceAdd', operationId, reason: 'not found' }).then([addFailed]));
  it('ends only for its operation', () => {
    given([accepted])
      .when({ type: 'FinishDeviceAdd', operationId: other, observation: sampleObservation })
      .thenRefused('conflict', inUse);
    given([accepted]).when({ type: 'FailDeviceAdd', operationId: other, reason: '' }).thenRefused('conflict', inUse);
  });
});

describe("a device's state", () => {
  it.each<[AdminState, AdminState]>([
    ['online', 'offline'],
    ['offline', 'online'],
    ['offline', 'failed'],
    ['failed', 'offline'],
  ])('goes from %s to %s', (from, to) =>
    given([...active, moved(from)])
      .when({ type: 'ChangeDeviceState', state: to })
      .then([moved(to)]),
  );

  it.each<AdminState>(['online', 'offline', 'failed'])('stays %s without an event', (state) =>
    given([...active, moved(state)])
      .when({ type: 'ChangeDeviceState', state })
      .then([]),
  );

  it.each<[AdminState, AdminState, string]>([
    ['online', 'failed', `Device must be offline before remove operation is performed, device:${deviceId}`],
    ['failed', 'online', 'Cannot move a failed/removed device to online state'],
  ])('does not go from %s to %s', (from, to, text) =>
    given([...active, moved(from)])
      .when({ type: 'ChangeDeviceState', state: to })
      .thenRefused('refused', text),
  );

  it('does not become failed with bricks on it', () =>
    given([...active, reserved(brick), moved('offline')])
      .when({ type: 'ChangeDeviceState', state: 'failed' })
      .thenRefused('refused', inUse));
});

describe("a device's tags and measures", () => {
  it('carry the whole map', () =>
    given(active)
      .when({ type: 'ChangeDeviceTags', change: 'update', tags: { disk: 'ssd' } })
      .then([{ type: 'DeviceTagsChanged', data: { tags: { disk: 'ssd' } } }]));
  it('write no event where nothing changes', () =>
    given(active).when({ type: 'ChangeDeviceTags', change: 'set', tags: {} }).then([]));
  it('are taken again', () =>
    given(active)
      .when({ type: 'ResyncDevice', observation: sampleObservation })
      .then([{ type: 'DeviceResynced', data: sampleObservation }]));
});

describe('reserving bricks', () => {
  const { freeKiB } = sampleObservation;
  const sized = (thinPoolKiB: number): BrickReservation => ({ ...brick, thinPoolKiB, poolMetadataKiB: 0 });

  it('takes several at once', () =>
    given(active)
      .when({ type: 'ReserveBricks', bricks: [brick, sampleBrick('brick2')] })
      .then([reserved(brick), reserved(sampleBrick('brick2'))]));
  it('leaves at least one KiB', () =>
    given(active)
      .when({ type: 'ReserveBricks', bricks: [sized(freeKiB - 1)] })
      .then([reserved(sized(freeKiB - 1))]));
  it('does not fill a device to the last KiB', () =>
    given(active)
      .when({ type: 'ReserveBricks', bricks: [sized(freeKiB)] })
      .thenRefused('refused', 'No space'));
  it('counts the bricks before it', () =>
    given(active)
      .when({ type: 'ReserveBricks', bricks: [brick, sized(freeKiB - brick.thinPoolKiB)] })
      .thenRefused('refused', 'No space'));
  it('needs the device online', () =>
    given([...active, moved('offline')])
      .when({ type: 'ReserveBricks', bricks: [brick] })
      .thenRefused('refused', 'No space'));
  it("refuses another device's brick", () =>
    given(active)
      .when({ type: 'ReserveBricks', bricks: [{ ...brick, deviceId: other }] })
      .thenFaulty(/belongs to device/));
});

describe('releasing bricks', () => {
  it('gives back what was stored with them', () =>
    given([...active, reserved(brick)])
      .when({ type: 'ReleaseBricks', bricks: [brick] })
      .then([released(brick)]));
  it('works on an offline device', () =>
    given([...active, reserved(brick), moved('offline')])
      .when({ type: 'ReleaseBricks', bricks: [brick] })
      .then([released(brick)]));
  it('gives back nothing twice', () =>
    given([...active, reserved(brick), released(brick)])
      .when({ type: 'ReleaseBricks', bricks: [brick] })
      .thenFaulty(/broken log/));
});

describe('deleting a device', () => {
  const remove: DeviceCommand = { type: 'DeleteDevice', operationId, forceForget: false };
  const failed = [...active, moved('offline'), moved('failed')];

  it('is accepted once it has failed', () => given(failed).when(remove).then([deleting]));
  it.each<AdminState>(['online', 'offline'])('is refused while %s', (state) =>
    given([...active, moved(state)])
      .when(remove)
      .thenRefused('invalid', `device: ${deviceId} is not in failed state`),
  );
  it('asks for the state before the bricks', () =>
    given([...active, reserved(brick)])
      .when(remove)
      .thenRefused('invalid', `device: ${deviceId} is not in failed state`));
  it('needs it empty', () =>
    given([...active, reserved(brick), moved('failed')])
      .when(remove)
      .thenRefused('conflict', `Unable to delete device [${deviceId}] because it contains bricks`));
  it.each([
    { history: [] },
    { history: [accepted] },
    { history: [accepted, addFailed] },
    { history: [...failed, deleting, deleted] },
  ])('needs a device that is there', ({ history }) => {
    given(history).when(remove).thenRefused('not-found', 'Id not found');
    given(history).when({ type: 'ChangeDeviceState', state: 'offline' }).thenRefused('not-found', 'Id not found');
    given(history).when({ type: 'ChangeDeviceTags', change: 'set', tags: {} }).thenRefused('not-found', 'Id not found');
    given(history)
      .when({ type: 'ResyncDevice', observation: sampleObservation })
      .thenRefused('not-found', 'Id not found');
    given(history)
      .when({ type: 'ReserveBricks', bricks: [brick] })
      .thenRefused('not-found', 'Id not found');
    given(history)
      .when({ type: 'ReleaseBricks', bricks: [brick] })
      .thenRefused('not-found', 'Id not found');
  });
  it('holds the device', () => {
    given([...failed, deleting])
      .when(remove)
      .thenRefused('conflict', inUse);
    given([...failed, deleting])
      .when({ type: 'ChangeDeviceState', state: 'offline' })
      .thenRefused('conflict', inUse);
  });
  it('ends in success or failure, for its operation only', () => {
    const held = given([...failed, deleting]);
    held.when({ type: 'FinishDeviceDelete', operationId }).then([deleted]);
    held
      .when({ type: 'FailDeviceDelete', operationId, reason: 'vgremove' })
      .then([{ type: 'DeviceDeleteFailed', data: { operationId, reason: 'vgremove' } }]);
    held.when({ type: 'FinishDeviceDelete', operationId: other }).thenRefused('conflict', inUse);
    held.when({ type: 'FailDeviceDelete', operationId: other, reason: '' }).thenRefused('conflict', inUse);
  });
});
