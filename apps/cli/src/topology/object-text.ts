import { KIB_PER_GIB } from '#kernel';
import type { Page } from '../output/output.js';
import { table } from '../output/table.js';
import { hanging } from '../output/wrap.js';
import { momentText } from './moment-text.js';
import type { Moment } from './topology-answers.js';

/** An object of any kind as the server gives it; which fields it has is the server's to say. */
export interface AnyObject {
  readonly id: string;
  readonly asOf?: Moment | null;
  readonly [field: string]: unknown;
}

interface Brick {
  readonly id: string;
  readonly nodeId: string;
  readonly deviceId: string;
  readonly sizeKiB: number;
}

/** What a list shows of each kind, behind the id. */
const columns: Readonly<Record<string, readonly string[]>> = {
  cluster: ['status', 'file', 'block'],
  node: ['manageHostnames', 'state', 'zone', 'status'],
  device: ['name', 'state', 'freeKiB', 'totalKiB', 'status'],
  volume: ['name', 'sizeGiB', 'status'],
};

/** One row for each object. */
export function objectsText(kind: string, objects: readonly AnyObject[], asOf: Moment | null, page: Page): string {
  const when = asOf === null ? '' : `${momentText('as of', asOf, page)}\n`;
  if (objects.length === 0) return `${when}no ${kind}s\n`;
  const fields = columns[kind] ?? [];
  const rows = objects.map((object) => [object.id, ...fields.map((field) => valueText(field, object[field]))]);
  return when + table(['id', ...fields.map(nameOf)], rows, page.width, page.style);
}

/** All that is known of one object, a line for each property; the bricks of a volume as a table. */
export function objectText({ asOf = null, brickSets, ...fields }: AnyObject, page: Page): string {
  const when = asOf === null ? '' : `${momentText('as of', asOf, page)}\n`;
  const names = Object.keys(fields);
  const widest = Math.max(...names.map((name) => nameOf(name).length));
  const lines = names.map((name) => {
    const head = page.style.dim(nameOf(name).padEnd(widest));
    return `${hanging(`${head}  `, valueText(name, fields[name]), page.width)}\n`;
  });
  return when + lines.join('') + bricksText(brickSets, page);
}

function bricksText(brickSets: unknown, page: Page): string {
  if (!Array.isArray(brickSets) || brickSets.length === 0) return '';
  const rows = (brickSets as readonly (readonly Brick[])[]).flatMap((set, index) =>
    set.map(({ id, nodeId, sizeKiB }) => [String(index + 1), id, gib(sizeKiB), nodeId]),
  );
  return `\n${table(['set', 'brick', 'size', 'node'], rows, page.width, page.style)}`;
}

/** `manage hostnames`, `free`: the unit stands with the value. */
function nameOf(field: string): string {
  const words = field.replace(/(KiB|GiB)$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words === 'manage hostnames' ? 'name' : words;
}

function valueText(field: string, value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'number' && field.endsWith('KiB')) return gib(value);
  if (typeof value === 'number' && field.endsWith('GiB')) return `${value} GiB`;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ') || '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const gib = (kib: number): string => `${(kib / KIB_PER_GIB).toFixed(2)} GiB`;
