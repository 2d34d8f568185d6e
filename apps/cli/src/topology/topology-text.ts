import { KIB_PER_GIB } from '#kernel';
import type { Page } from '../output/output.js';
import { table } from '../output/table.js';
import { momentText } from './moment-text.js';
import type { Cluster, Device, Node, Topology } from './topology-answers.js';

const headings = ['id', 'node / device', 'state', 'zone', 'free of gib', 'bricks'];

/** Ids stand first: however narrow the terminal is, they are not broken at its edge. */
export function topologyText({ clusters, asOf }: Topology, page: Page): string {
  const when = asOf === null ? '' : `${momentText('as of', asOf, page)}\n`;
  if (clusters.length === 0)
    return `${when}no clusters${asOf === null ? ': brickyard topology load brings machines in' : ''}\n`;
  return when + clusters.map((cluster) => clusterText(cluster, page)).join('\n');
}

function clusterText(cluster: Topology['clusters'][number], page: Page): string {
  const { nodes } = cluster;
  const devices = nodes.flatMap((node) => node.devices);
  const space =
    devices.length === 0 ? '' : `, ${gib(sum(devices, 'freeKiB'))} of ${gib(sum(devices, 'totalKiB'))} GiB free`;
  const head = `${page.style.bold(`cluster ${cluster.id}`)}  ${takes(cluster)}${space}\n`;
  if (nodes.length === 0) return `${head}no nodes\n`;
  const rows = nodes.flatMap((node) => [nodeRow(node, page), ...node.devices.map((device) => deviceRow(device, page))]);
  return head + table(headings, rows, page.width, page.style);
}

function nodeRow(node: Node, page: Page): string[] {
  return [node.id, node.manageHostnames[0] ?? '', stateText(node, page), String(node.zone), '', ''];
}

function deviceRow(device: Device, page: Page): string[] {
  const { id, name, totalKiB, freeKiB, brickCount } = device;
  return [id, `  ${name}`, stateText(device, page), '', `${gib(freeKiB)}/${gib(totalKiB)}`, String(brickCount)];
}

/** What the administrator says of it, and whether an operation is adding or deleting it. */
function stateText({ state, status }: Pick<Node, 'state' | 'status'>, { style }: Page): string {
  const word = state === 'online' ? style.good(state) : state === 'failed' ? style.bad(state) : style.odd(state);
  return status === 'active' ? word : `${word}, ${style.odd(status)}`;
}

export function takes({ file, block }: Pick<Cluster, 'file' | 'block'>): string {
  if (file && block) return 'file and block volumes';
  return file ? 'file volumes only' : block ? 'block volumes only' : 'no new volumes';
}

const sum = (devices: readonly Device[], field: 'freeKiB' | 'totalKiB'): number =>
  devices.reduce((total, device) => total + device[field], 0);

const gib = (kib: number): string => (kib / KIB_PER_GIB).toFixed(1);
