import { KIB_PER_GIB } from '#kernel';
import type { Page } from '../output/output.js';
import { table } from '../output/table.js';
import { momentText } from './moment-text.js';
import type { Device, KindDiff, Node, TopologyDiff, Volume } from './topology-answers.js';
import { takes } from './topology-text.js';

interface Identified {
  readonly id: string;
}
type Row = readonly [mark: string, kind: string, id: string, what: string];

const nodeName = ({ manageHostnames, zone }: Node): string => `${manageHostnames[0] ?? ''}, zone ${zone}`;
const deviceName = ({ name, totalKiB }: Device): string => `${name}, ${gib(totalKiB)}`;
const volumeName = ({ name, sizeGiB }: Volume): string => `${name}, ${sizeGiB} GiB`;

/** What came (+), went (-) and changed (~), each with its id. */
export function diffText({ from, to, clusters, nodes, devices, volumes }: TopologyDiff, page: Page): string {
  const rows = [
    ...kindRows('cluster', clusters, takes, page),
    ...kindRows('node', nodes, nodeName, page),
    ...kindRows('device', devices, deviceName, page),
    ...kindRows('volume', volumes, volumeName, page),
  ];
  const moments = momentText('from', from, page) + momentText('to', to, page);
  if (rows.length === 0) return `${moments}\nnothing differs\n`;
  return `${moments}\n${table(['', 'kind', 'id', 'what'], rows, page.width, page.style)}`;
}

function kindRows<T extends Identified>(
  kind: string,
  { added, removed, changed }: KindDiff<T>,
  nameOf: (object: T) => string,
  { style }: Page,
): Row[] {
  return [
    ...added.map((object): Row => [style.good('+'), kind, object.id, nameOf(object)]),
    ...removed.map((object): Row => [style.bad('-'), kind, object.id, nameOf(object)]),
    ...changed.map(({ id, fields, before, after }): Row => {
      const changes = fields.map((field) => changeText(field, valueOf(before, field), valueOf(after, field)));
      return [style.odd('~'), kind, id, [`${nameOf(after)}:`, changes.join(', ')].join(' ')];
    }),
  ];
}

/** Those that change all the time, in fewer words. */
const nameOfField: Readonly<Record<string, string>> = {
  brickCount: 'bricks',
  brickSets: 'bricks',
  pendingExpansions: 'pending expansions',
  freeKiB: 'free',
  usedKiB: 'used',
  totalKiB: 'total',
  sizeGiB: 'size',
  operationId: 'operation',
};

const valueOf = (object: object, field: string): unknown => (object as Readonly<Record<string, unknown>>)[field];

function changeText(field: string, before: unknown, after: unknown): string {
  return `${nameOfField[field] ?? field} ${wordOf(field, before)} -> ${wordOf(field, after)}`;
}

/** In a line of a table; -o json has the whole of it. */
function wordOf(field: string, value: unknown): string {
  if (typeof value === 'number' && field.endsWith('KiB')) return gib(value);
  if (typeof value === 'number' && field.endsWith('GiB')) return `${value} GiB`;
  if (Array.isArray(value) && value.some((one) => typeof one === 'object')) return String(value.flat().length);
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const gib = (kib: number): string => `${(kib / KIB_PER_GIB).toFixed(2)} GiB`;
