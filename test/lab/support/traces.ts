import type { Lab, LabNode } from './lab.js';
import { onNode } from './shell.js';

/** Everything in which a control plane can leave something behind on a node. */
const questions = {
  physicalVolumes: 'pvs --noheadings -o pv_name,vg_name',
  volumeGroups: 'vgs --noheadings -o vg_name',
  logicalVolumes: 'lvs --noheadings -a -o vg_name,lv_name',
  deviceMapper: 'dmsetup ls | sort',
  signatures: 'wipefs --noheadings --output DEVICE,TYPE $DEVICES',
  fstab: 'cat /etc/fstab',
  mounts: 'findmnt --list --noheadings --output TARGET,SOURCE --types xfs,fuse.glusterfs || true',
  brickFolders: 'find /var/lib/heketi -mindepth 2 2>/dev/null | sort || true',
  glusterVolumes: 'gluster --mode=script volume list 2>&1',
  peers: "gluster --mode=script pool list | awk 'NR > 1 { print $2 }' | sort",
  brickProcesses: 'pgrep --count --full /usr/sbin/glusterfsd || true',
};

export type Traces = Readonly<Record<keyof typeof questions, string>>;

async function tracesOf(lab: Lab, node: LabNode): Promise<Traces> {
  const separator = '\u001e';
  const asked = Object.values(questions).map((question) => `{ ${question}; }; printf '${separator}'`);
  const answer = await onNode(lab, node, [`DEVICES=${JSON.stringify(node.devices.join(' '))}`, ...asked].join('\n'));
  const answers = answer.split(separator).map((part) => part.trim());
  return Object.fromEntries(Object.keys(questions).map((name, i) => [name, answers[i] ?? ''])) as Traces;
}

/** By node name. */
export async function tracesOnAllNodes(lab: Lab): Promise<Readonly<Record<string, Traces>>> {
  const found = await Promise.all(lab.nodes.map(async (node) => [node.name, await tracesOf(lab, node)] as const));
  return Object.fromEntries(found);
}
