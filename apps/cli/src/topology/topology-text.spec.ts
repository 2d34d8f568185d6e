import { expect, it } from 'vitest';
import type { Page } from '../output/output.js';
import { plain } from '../output/style.js';
import { timeWriter } from '../output/times.js';
import { diffText } from './diff-text.js';
import type { Device, Node, Topology, TopologyDiff, Volume } from './topology-answers.js';
import { topologyText } from './topology-text.js';

const page: Page = { width: 80, style: plain, time: timeWriter(true) };
const id = (letter: string): string => letter.repeat(32);
const device: Device = {
  id: id('d'),
  status: 'active',
  nodeId: id('a'),
  state: 'online',
  name: '/dev/vdb',
  totalKiB: 104_857_600,
  freeKiB: 94_371_840,
  brickCount: 2,
};
const node: Node = { id: id('a'), status: 'active', state: 'online', zone: 1, manageHostnames: ['10.0.0.1'] };
const topology = (asOf: Topology['asOf'] = null): Topology => ({
  clusters: [
    {
      id: id('c'),
      status: 'active',
      file: true,
      block: false,
      nodes: [
        { ...node, devices: [device] },
        { ...node, id: id('b'), state: 'offline', status: 'deleting', manageHostnames: ['10.0.0.2'], devices: [] },
      ],
    },
  ],
  asOf,
});
const then = { position: '745:1204', time: '2026-11-22T13:04:05.678Z' };

it('shows clusters as tables that fit into a usual terminal, ids first', () => {
  expect(topologyText(topology(), page)).toBe(`cluster ${id('c')}  file volumes only, 90.0 of 100.0 GiB free
ID                                NODE / DEVICE  STATE              ZONE  FREE OF GIB  BRICKS
${id('a')}  10.0.0.1       online             1
${id('d')}    /dev/vdb     online                   90.0/100.0   2
${id('b')}  10.0.0.2       offline, deleting  1
`);
});

it('says first which moment it is about', () => {
  const [first, second] = topologyText(topology(then), page).split('\n');
  expect([first, second]).toEqual(['as of  2026-11-22 13:04:05Z, the last event up to then: 745:1204', '']);
});

it('says what to do where there is nothing yet', () => {
  expect(topologyText({ clusters: [], asOf: null }, page)).toBe(
    'no clusters: brickyard topology load brings machines in\n',
  );
});

it('shows what came, went and changed, with what it is called', () => {
  const none = { added: [], removed: [], changed: [] };
  const volume: Volume = { id: id('e'), status: 'active', name: 'night', sizeGiB: 10 };
  const diff: TopologyDiff = {
    from: then,
    to: { position: '800:1300', time: '2026-11-22T14:00:00.000Z' },
    clusters: none,
    nodes: { ...none, removed: [node] },
    devices: {
      ...none,
      changed: [
        {
          id: device.id,
          fields: ['brickCount', 'freeKiB'],
          before: { ...device, brickCount: 1 },
          after: { ...device, freeKiB: 1_048_576 },
        },
      ],
    },
    volumes: { ...none, added: [volume] },
  };
  expect(diffText(diff, page)).toBe(`from   2026-11-22 13:04:05Z, the last event up to then: 745:1204
to     2026-11-22 14:00:00Z, the last event up to then: 800:1300

   KIND    ID                                WHAT
-  node    ${id('a')}  10.0.0.1, zone 1
~  device  ${id('d')}  /dev/vdb, 100.00 GiB: bricks 1 ->
                                             2, free 90.00 GiB -> 1.00 GiB
+  volume  ${id('e')}  night, 10 GiB
`);
  expect(diffText({ ...diff, nodes: none, devices: none, volumes: none }, page)).toContain('\nnothing differs\n');
});
