import { newWorld, type NodeState, type WorldState } from '../model/world.js';
import { snapshotNode, type NodeSnapshot } from '../model/snapshot.js';
import type { CommandResult, IdSource } from '../programs/program.js';
import { runProgram } from '../programs/run.js';
import { parseCommandLine } from '../shell/command-line.js';

/** Nodes without servers, for the specs of the programs: a command line goes in, the answer comes out. */
export class Bench {
  readonly world: WorldState;
  private ids = 0;

  constructor(count = 1, deviceSizeKiB = 20 * 1024 ** 2) {
    this.world = newWorld(
      Array.from({ length: count }, (_, index) => ({
        name: `node${index + 1}`,
        manageHost: `10.0.0.${index + 1}`,
        storageHost: `10.0.0.${index + 1}`,
        peerUuid: `00000000-0000-0000-0000-00000000000${index + 1}`,
        deviceSizesKiB: [deviceSizeKiB, deviceSizeKiB],
      })),
    );
  }

  node(index = 0): NodeState {
    const node = this.world.nodes[index];
    if (node === undefined) throw new Error(`no node ${index}`);
    return node;
  }

  run(line: string, on: { node?: number; stdin?: string; interrupted?: boolean } = {}): CommandResult {
    const { node = 0, stdin = '', interrupted = false } = on;
    const minimumXfsKiB = 300 * 1024;
    const context = {
      world: this.world,
      node: this.node(node),
      stdin,
      interrupted,
      minimumXfsKiB,
      ids: this.counting(),
    };
    return runProgram(context, parseCommandLine(line));
  }

  /** Runs lines that must succeed. @throws Error with the answer of the first that does not */
  ok(lines: readonly string[], on: { node?: number } = {}): void {
    for (const line of lines) {
      const result = this.run(line, on);
      if (result.exitCode !== 0) throw new Error(`${line}: ${JSON.stringify(result)}`);
    }
  }

  snapshot(node = 0): NodeSnapshot {
    return snapshotNode(this.world, this.node(node));
  }

  private counting(): IdSource {
    const next = () => String((this.ids += 1)).padStart(6, '0');
    return { uuid: () => `uuid-${next()}`, lvmUuid: () => `lvm-${next()}` };
  }
}

/** What makes a mounted brick `NAME` of 1 GiB in a group `vg_d` on `/dev/vdb`, and what takes all of it away again. */
export const GROUP_LINES = [
  'lvm pvcreate -qq --metadatasize=128M --dataalignment=256K /dev/vdb',
  'lvm vgcreate -qq --physicalextentsize=4M --autobackup=n vg_d /dev/vdb',
];
export const UNGROUP_LINES = ['lvm vgremove -qq vg_d', 'lvm pvremove -qq /dev/vdb'];

export function brickPath(name: string): string {
  return `/var/lib/heketi/mounts/vg_d/brick_${name}`;
}

export function createVolumeLine(name: string, sizeKiB = 1024 ** 2, metadataKiB = 8192): string {
  return (
    `lvm lvcreate -qq --autobackup=n --poolmetadatasize ${metadataKiB}K --chunksize 256K --size ${sizeKiB}K ` +
    `--thin vg_d/tp_${name} --virtualsize ${sizeKiB}K --name brick_${name}`
  );
}

export function brickLines(name: string): string[] {
  const device = `/dev/mapper/vg_d-brick_${name}`;
  return [
    createVolumeLine(name),
    `mkfs.xfs -i size=512 -n size=8192 ${device}`,
    `mkdir -p ${brickPath(name)}`,
    `mount -o rw,inode64,noatime,nouuid ${device} ${brickPath(name)}`,
    `mkdir -p ${brickPath(name)}/brick`,
  ];
}

export function unbrickLines(name: string): string[] {
  return [
    `umount ${brickPath(name)}`,
    `lvm lvremove --autobackup=n -f vg_d/brick_${name}`,
    `lvm lvremove --autobackup=n -f vg_d/tp_${name}`,
    `rmdir ${brickPath(name)}`,
  ];
}
