import type { OperationKind } from '#domain';

const makeBrick = ['lvm lvcreate', 'mkfs.xfs', 'mkdir', 'tee -a /etc/fstab', 'mount', 'mkdir'];
const removeBrick = ['umount', 'sed -i /etc/fstab', 'lvm lvremove', 'rmdir'];

/** By `kind/phase`. Words of the command lines in docs/reference/node-commands.md. */
const commands: Readonly<Record<string, readonly string[]>> = {
  'volume-create/bricks': makeBrick,
  'volume-create/volume': ['gluster volume create', 'gluster volume set'],
  'volume-create/start': ['gluster volume start'],
  'volume-expand/bricks': makeBrick,
  'volume-expand/add-bricks': ['gluster volume add-brick'],
  'volume-expand/rebalance': ['gluster volume rebalance'],
  'volume-delete/stop': ['gluster volume stop'],
  'volume-delete/delete': ['gluster volume delete'],
  'volume-delete/bricks': removeBrick,
  'device-delete/device': ['lvm vgremove', 'lvm pvremove'],
  'node-delete/detach': ['gluster peer detach'],
  'node-delete/forget': ['fence forget'],
};

/** What a step of a phase runs where it finds nothing done and nothing in its way; for the kinds that can be planned. */
export function usualCommands(kind: OperationKind, phase: string): readonly string[] {
  return commands[`${kind}/${phase}`] ?? [];
}
