import type { Lab } from './lab.js';
import { onNode } from './shell.js';

const dropVolumes = `
for volume in $(gluster --mode=script volume list 2>/dev/null | grep -v '^No volumes' || true); do
  gluster --mode=script volume stop "$volume" force >/dev/null || true
  gluster --mode=script volume delete "$volume" >/dev/null
done
for peer in $(gluster --mode=script pool list | awk 'NR > 1 && $2 != "localhost" { print $2 }'); do
  gluster --mode=script peer detach "$peer" force >/dev/null
done`;

const dropDisks = `
findmnt --list --noheadings --output TARGET --types fuse.glusterfs,xfs | xargs --no-run-if-empty umount --lazy || true
vgs --noheadings -o vg_name | xargs --no-run-if-empty vgremove -qq -ff -y
pvs --noheadings -o pv_name | xargs --no-run-if-empty pvremove -qq -y
sed -i '/heketi/d' /etc/fstab
rm -rf /var/lib/heketi/mounts /mnt/vol_* /var/lib/brickyard-node /run/brickyard`;

/** Takes off the nodes what a failed run may have left: each spec begins on nodes that hold nothing. */
export async function wipeNodes(lab: Lab): Promise<void> {
  // Membership and volumes are the pool's: one node after the other.
  for (const node of lab.nodes) await onNode(lab, node, dropVolumes);
  await Promise.all(lab.nodes.map((node) => onNode(lab, node, dropDisks)));
}
