import type { BrickReservation, DeviceEvent, NodeEvent, VolumeEvent } from '#domain';
import { newId } from '#kernel';
import type { LedgerTransaction } from '#read-model';
import fc from 'fast-check';
import { type LedgerFixture, recordIn } from './ledger-fixture.js';
import * as sample from './sample-events.js';

/** What may happen next. Not all of it is possible at any time. */
const happenings = [
  ...(['cluster', 'flags', 'cluster-gone', 'node', 'node-settled', 'node-changed', 'node-going', 'device'] as const),
  ...(['device', 'device-settled', 'device-changed', 'device-going', 'volume', 'volume', 'volume-settled'] as const),
  ...(['volume-grows', 'volume-grown', 'volume-going', 'stays', 'operation'] as const),
] as const;
type Happening = (typeof happenings)[number];

export interface Step {
  readonly what: Happening;
  /** Chooses among the objects that it may happen to, and among its variants: odd ones end well. */
  readonly pick: number;
  /** Together with the next one, whose transaction begins before this one's and ends after it. */
  readonly overlaps?: boolean;
}

export const historySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    what: fc.constantFrom<Happening>(...happenings),
    pick: fc.nat(1000),
    overlaps: fc.nat(3).map((n) => n === 0),
  }),
  { minLength: 12, maxLength: 24, size: 'max' },
);

const step = (what: Happening, pick: number): Step => ({ what, pick });
const begun = [
  step('cluster', 0),
  step('node', 1),
  step('node-settled', 1),
  step('device', 0),
  step('device-settled', 1),
];

/** In which everything happens: with it, each type of event is in the log. */
export const fullHistory: Step[] = [
  ...begun,
  ...[step('volume', 0), step('volume-settled', 0), step('volume', 0), step('volume-settled', 1)],
  ...[step('volume-grows', 0), step('volume-grows', 0), step('volume-grown', 1), step('volume-grown', 0)],
  ...[step('volume-going', 0), step('stays', 2), step('volume-going', 0), step('volume-going', 1)],
  ...[0, 1, 2, 3].map((pick) => step('device-changed', pick)),
  ...[step('device', 0), step('device-settled', 0), step('device-going', 0), step('stays', 1)],
  ...[step('device-going', 0), step('device-going', 1)],
  ...[0, 1, 2, 3].map((pick) => step('node-changed', pick)),
  ...[step('node', 0), step('node-settled', 0), step('node-going', 0), step('stays', 0)],
  ...[step('node-going', 0), step('node-going', 1), step('flags', 0), step('cluster-gone', 0), step('operation', 0)],
];

/** Where a step is written: a transaction of its own, or one that is open. */
type Recorder = Pick<LedgerFixture, 'record' | 'transact'>;

function within(tx: LedgerTransaction): Recorder {
  return { record: (kind, id, events) => recordIn(tx, kind, id, events), transact: (work) => work(tx) };
}

type Status = 'adding' | 'active' | 'deleting' | 'gone';
interface Thing {
  readonly id: string;
  readonly parent: string;
  status: Status;
  /** Of a device: it gets no bricks. */
  isOffline?: boolean;
}
interface Expansion {
  readonly operationId: string;
  readonly brick: BrickReservation;
}
interface Volume extends Thing {
  readonly bricks: BrickReservation[];
  /** Those that have not ended. */
  readonly growing: Expansion[];
}

/**
 * A history that the domain could have written, a step at a time: objects are added, changed and deleted, and bricks come to
 * devices and leave them. Steps that are impossible do nothing.
 */
export class RandomHistory {
  readonly clusters: Thing[] = [];
  readonly nodes: Thing[] = [];
  readonly devices: Thing[] = [];
  readonly volumes: Volume[] = [];
  #ledger: Recorder;

  constructor(ledger: LedgerFixture) {
    this.#ledger = ledger;
  }

  /** Two steps, the second in a transaction that got its id before the first one's began. */
  async takeOverlapping(first: Step, second: Step): Promise<void> {
    const outside = this.#ledger;
    await outside.transact(async (tx) => {
      await tx.sql.query('select pg_current_xact_id()');
      await this.take(first);
      this.#ledger = within(tx);
      await this.take(second).finally(() => (this.#ledger = outside));
    });
  }

  async take({ what, pick }: Step): Promise<void> {
    const { devices } = this;
    const odd = pick % 2 === 1;
    const among = <T extends Thing>(things: readonly T[], status: Status): T | undefined => {
      const fitting = things.filter((thing) => thing.status === status);
      return fitting[pick % Math.max(1, fitting.length)];
    };
    const [cluster, node, device] = [
      among(this.clusters, 'active'),
      among(this.nodes, 'active'),
      among(devices, 'active'),
    ];
    const usable = among(
      devices.filter(({ isOffline }) => isOffline !== true),
      'active',
    );
    switch (what) {
      case 'cluster':
        return this.#begin('cluster', this.clusters, '', 'active', (id) => [sample.clusterCreated(id)]);
      case 'flags':
        return this.#on('cluster', cluster, [{ type: 'ClusterFlagsChanged', data: { file: odd, block: !odd } }]);
      case 'cluster-gone':
        if (this.nodes.some(({ parent, status }) => parent === cluster?.id && status !== 'gone')) return;
        return this.#on('cluster', cluster, [{ type: 'ClusterDeleted', data: {} }], 'gone');
      case 'node':
        if (cluster === undefined) return;
        return this.#begin('node', this.nodes, cluster.id, 'adding', (id) => [
          sample.nodeAddAccepted(id, cluster.id, { tags: odd ? { zz: '1', a: '2' } : {} }),
        ]);
      case 'node-settled':
        return this.#on('node', among(this.nodes, 'adding'), nodeEnd(odd), odd ? 'active' : 'gone');
      case 'node-changed':
        return this.#on('node', node, nodeChange(pick));
      case 'node-going':
        return this.#nodeGoes(odd ? among(this.nodes, 'deleting') : node);
      case 'device':
        if (node === undefined) return;
        return this.#begin('device', devices, node.id, 'adding', (id) =>
          sample.deviceAdded(id, node.id, node.parent).slice(0, 1),
        );
      case 'device-settled': {
        const adding = among(devices, 'adding');
        return this.#on('device', adding, deviceEnd(adding?.id ?? '', odd), odd ? 'active' : 'gone');
      }
      case 'device-changed':
        return this.#deviceChanges(device, pick);
      case 'device-going':
        return this.#deviceGoes(odd ? among(devices, 'deleting') : device);
      case 'volume':
        return this.#createVolume(usable);
      case 'volume-settled':
        return this.#settleVolume(among(this.volumes, 'adding'), odd);
      case 'volume-grows':
        return this.#growVolume(among(this.volumes, 'active'), usable);
      case 'volume-grown':
        return this.#grownVolume(
          this.volumes.find(({ growing }) => growing.length > 0),
          odd,
        );
      case 'volume-going':
        return this.#volumeGoes(among(this.volumes, odd ? 'deleting' : 'active'));
      case 'stays':
        return this.#stays(pick, among);
      case 'operation':
        return this.#ledger.record('operation', newId(), [sample.operationAccepted(newId(), cluster?.id ?? '')]);
    }
  }

  async #begin<K extends 'cluster' | 'node' | 'device'>(
    kind: K,
    things: Thing[],
    parent: string,
    status: Status,
    events: (id: string) => Parameters<typeof recordIn<K>>[3],
  ): Promise<void> {
    const id = newId();
    await this.#ledger.record(kind, id, events(id));
    things.push({ id, parent, status });
  }

  async #on<K extends 'cluster' | 'node' | 'device' | 'volume'>(
    kind: K,
    thing: Thing | undefined,
    events: Parameters<typeof recordIn<K>>[3],
    then?: Status,
  ): Promise<void> {
    if (thing === undefined) return;
    await this.#ledger.record(kind, thing.id, events);
    if (then !== undefined) thing.status = then;
  }

  #nodeGoes(node: Thing | undefined): Promise<void> {
    if (this.devices.some(({ parent, status }) => parent === node?.id && status !== 'gone')) return Promise.resolve();
    const operationId = 'op-going';
    return node?.status === 'deleting'
      ? this.#on('node', node, [{ type: 'NodeDeleted', data: { operationId } }], 'gone')
      : this.#on('node', node, [{ type: 'NodeDeleteAccepted', data: { operationId } }], 'deleting');
  }

  #deviceGoes(device: Thing | undefined): Promise<void> {
    if (
      this.volumes.some(({ bricks, status }) => status !== 'gone' && bricks.some((one) => one.deviceId === device?.id))
    )
      return Promise.resolve();
    const operationId = 'op-going';
    return device?.status === 'deleting'
      ? this.#on('device', device, [{ type: 'DeviceDeleted', data: { operationId } }], 'gone')
      : this.#on(
          'device',
          device,
          [{ type: 'DeviceDeleteAccepted', data: { operationId, forceForget: false } }],
          'deleting',
        );
  }

  #deviceChanges(device: Thing | undefined, pick: number): Promise<void> {
    if (device === undefined) return Promise.resolve();
    const changes: DeviceEvent[] = [
      { type: 'DeviceStateChanged', data: { state: device.isOffline === true ? 'online' : 'offline' } },
      { type: 'DeviceTagsChanged', data: { tags: { b: String(pick), a: '' } } },
      { type: 'DeviceResynced', data: sample.deviceObserved(device.id, (1000 + (pick % 48)) * sample.EXTENT_KIB) },
    ];
    const change = changes[pick % changes.length]!;
    if (change.type === 'DeviceStateChanged') device.isOffline = device.isOffline !== true;
    return this.#on('device', device, [change]);
  }

  /** A deletion that fails leaves the object as it was. */
  #stays(pick: number, among: <T extends Thing>(things: readonly T[], status: Status) => T | undefined): Promise<void> {
    const data = { operationId: 'op-going', reason: 'r' };
    switch (pick % 3) {
      case 0:
        return this.#on('node', among(this.nodes, 'deleting'), [{ type: 'NodeDeleteFailed', data }], 'active');
      case 1:
        return this.#on('device', among(this.devices, 'deleting'), [{ type: 'DeviceDeleteFailed', data }], 'active');
      default:
        return this.#on('volume', among(this.volumes, 'deleting'), [{ type: 'VolumeDeleteFailed', data }], 'active');
    }
  }

  async #createVolume(device: Thing | undefined): Promise<void> {
    const node = this.nodes.find(({ id }) => id === device?.parent);
    if (device === undefined || node === undefined) return;
    const id = newId();
    const brick = sample.brick(newId(), { volumeId: id, deviceId: device.id, nodeId: node.id });
    await this.#change(
      id,
      [sample.volumeCreateAccepted(id, node.parent, [brick])],
      [{ type: 'BrickReserved', data: brick }],
    );
    this.volumes.push({ id, parent: node.parent, status: 'adding', bricks: [brick], growing: [] });
  }

  async #settleVolume(volume: Volume | undefined, well: boolean): Promise<void> {
    if (volume === undefined) return;
    const failed: VolumeEvent = { type: 'VolumeCreateFailed', data: { operationId: 'o', reason: 'r' } };
    await this.#change(
      volume.id,
      [well ? sample.volumeCreated(volume.id) : failed],
      well ? [] : released(volume.bricks),
    );
    volume.status = well ? 'active' : 'gone';
  }

  async #growVolume(volume: Volume | undefined, device: Thing | undefined): Promise<void> {
    if (volume === undefined || device === undefined) return;
    const brick = sample.brick(newId(), { volumeId: volume.id, deviceId: device.id, nodeId: device.parent });
    const operationId = newId();
    const data = { operationId, addGiB: 2, brickSets: [[brick]] };
    await this.#change(volume.id, [{ type: 'VolumeExpandAccepted', data }], [{ type: 'BrickReserved', data: brick }]);
    volume.growing.push({ operationId, brick });
    volume.bricks.push(brick);
  }

  async #grownVolume(volume: Volume | undefined, well: boolean): Promise<void> {
    const expansion = volume?.growing.shift();
    if (volume === undefined || expansion === undefined) return;
    const { operationId, brick } = expansion;
    const failed: VolumeEvent = { type: 'VolumeExpandFailed', data: { operationId, reason: 'r' } };
    const event: VolumeEvent = well ? { type: 'VolumeExpanded', data: { operationId } } : failed;
    await this.#change(volume.id, [event], well ? [] : released([brick]));
    if (!well) volume.bricks.splice(volume.bricks.indexOf(brick), 1);
  }

  async #volumeGoes(volume: Volume | undefined): Promise<void> {
    if (volume === undefined || volume.growing.length > 0) return;
    const [accepted, deleted] = sample.volumeDeleted(volume.id);
    const going = volume.status === 'deleting';
    await this.#change(volume.id, [going ? deleted! : accepted!], going ? released(volume.bricks) : []);
    volume.status = going ? 'gone' : 'deleting';
  }

  /** The volume's event and those of its devices, as one change. */
  #change(volumeId: string, own: readonly VolumeEvent[], onDevices: readonly BrickEvent[]): Promise<void> {
    return this.#ledger.transact(async (tx) => {
      await recordIn(tx, 'volume', volumeId, own);
      for (const event of onDevices) await recordIn(tx, 'device', event.data.deviceId, [event]);
    });
  }
}

type BrickEvent = Extract<DeviceEvent, { type: 'BrickReserved' | 'BrickReleased' }>;

function released(bricks: readonly BrickReservation[]): BrickEvent[] {
  return bricks.map((data) => ({ type: 'BrickReleased', data }));
}

function nodeEnd(well: boolean): NodeEvent[] {
  const operationId = 'op';
  return [
    well ? { type: 'NodeAdded', data: { operationId } } : { type: 'NodeAddFailed', data: { operationId, reason: 'r' } },
  ];
}

function nodeChange(pick: number): NodeEvent[] {
  const pinned = { algorithm: 'ssh-ed25519', publicKey: 'AAAA', fingerprint: `SHA256:${pick}` };
  const changes: NodeEvent[] = [
    { type: 'NodeStateChanged', data: { state: 'offline' } },
    { type: 'NodeStateChanged', data: { state: 'online' } },
    { type: 'NodeTagsChanged', data: { tags: { rack: String(pick) } } },
    { type: 'NodeHostKeyPinned', data: pinned },
  ];
  return [changes[pick % changes.length]!];
}

function deviceEnd(id: string, well: boolean): DeviceEvent[] {
  const [, added] = sample.deviceAdded(id, '', '');
  return [well ? added! : { type: 'DeviceAddFailed', data: { operationId: 'op', reason: 'r' } }];
}
