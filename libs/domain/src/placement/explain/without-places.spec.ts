import { expect, it } from 'vitest';
import { withoutPlaces } from './without-places.js';

it('leaves out of a tree what names nodes and devices, and keeps what counts them', () => {
  const space = { rule: 'free-space', detail: '9 devices have too little', values: { devices: 9 } };
  const remedy = { rule: 'remedy', detail: 'a volume of 5 GiB fits', values: { kind: 'size', sizeGiB: 5 } };
  const tree = [
    {
      rule: 'cluster',
      detail: 'Cluster c: No space',
      values: { clusterId: 'c' },
      because: [
        { ...space, because: [{ rule: 'free-space', detail: 'device d', values: { deviceId: 'd', nodeId: 'n' } }] },
        {
          rule: 'remedy',
          detail: 'bring node n online',
          values: { kind: 'bring-online', nodeIds: ['n'], deviceIds: [] },
        },
        remedy,
      ],
    },
    { rule: 'no-bricks', detail: 'device d has bricks', values: { deviceId: 'd' } },
  ];
  expect(withoutPlaces(tree)).toEqual([{ ...tree[0], because: [space, remedy] }]);
});
