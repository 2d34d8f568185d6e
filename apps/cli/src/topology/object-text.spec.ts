import { expect, it } from 'vitest';
import type { Page } from '../output/output.js';
import { plain } from '../output/style.js';
import { timeWriter } from '../output/times.js';
import { objectsText, objectText } from './object-text.js';

const page: Page = { width: 80, style: plain, time: timeWriter(true) };
const id = 'e'.repeat(32);
const asOf = { position: '745:1204', time: '2026-11-22T13:04:05.678Z' };
const brick = { id: 'b'.repeat(32), nodeId: 'a'.repeat(32), deviceId: 'd'.repeat(32), sizeKiB: 1_048_576 };
const volume = {
  id,
  name: 'night',
  status: 'active',
  sizeGiB: 10,
  operationId: null,
  block: false,
  brickSets: [[brick]],
};

it('tells one object with its units, and its bricks as a table', () => {
  expect(objectText({ ...volume, asOf }, page)).toBe(`as of  2026-11-22 13:04:05Z, the last event up to then: 745:1204

id            ${id}
name          night
status        active
size          10 GiB
operation id  -
block         no

SET  BRICK                             SIZE      NODE
1    ${brick.id}  1.00 GiB  ${brick.nodeId}
`);
});

it('lists objects, a row for each', () => {
  const node = { id, manageHostnames: ['10.0.0.1'], state: 'online', zone: 2, status: 'active' };
  expect(objectsText('node', [node], null, page)).toBe(`ID                                NAME      STATE   ZONE  STATUS
${id}  10.0.0.1  online  2     active
`);
  expect(objectsText('volume', [], null, page)).toBe('no volumes\n');
});
