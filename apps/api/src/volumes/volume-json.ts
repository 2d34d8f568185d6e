import { shortestFloat32, type VolumeState } from '#domain';
import { maskTexts } from '#kernel';
import type { VolumeView } from '#read-model';
import { brickJson } from '../devices/device-json.js';

/** What Heketi lets block volumes have of a hosting volume: the rest is Gluster's own overhead. */
const BLOCK_SHARE = 0.98;

function positive(key: string, value: number): object {
  return value === 0 ? {} : { [key]: value };
}

/**
 * What the client sent, whatever the type, and beyond Heketi the numbers that were filled in for the volume's own type:
 * heketi-cli divides by the replica count.
 */
function durabilityJson({ durability, durabilityAsSent: sent }: VolumeState): object {
  const replica = durability.type === 'replicate' ? durability.replica : sent.replica;
  const { data, redundancy } = durability.type === 'disperse' ? durability : sent;
  return {
    type: durability.type,
    replicate: positive('replica', replica),
    disperse: { ...positive('data', data), ...positive('redundancy', redundancy) },
  };
}

function blockInfoJson({ block, sizeGiB }: VolumeState): object {
  if (!block) return {};
  const freesize = Math.floor(sizeGiB * BLOCK_SHARE);
  return { ...positive('freesize', freesize), ...positive('reservedsize', sizeGiB - freesize) };
}

/** A volume as Heketi's clients read it; key order is the wire's. */
export function volumeJson({ volume, bricks, hosts }: VolumeView): object {
  const [first = '', ...others] = hosts;
  return {
    size: volume.sizeGiB,
    name: volume.name,
    durability: durabilityJson(volume),
    ...(volume.gid === 0 ? {} : { gid: volume.gid }),
    // Those that hand a secret over are refused; a volume of an earlier version may have one.
    glustervolumeoptions: maskTexts(volume.glusterVolumeOptions),
    ...(volume.block ? { block: true } : {}),
    snapshot: { enable: volume.snapshot.enable, factor: shortestFloat32(volume.snapshot.factor) },
    id: volume.volumeId,
    cluster: volume.clusterId,
    mount: {
      glusterfs: {
        hosts,
        device: `${first}:${volume.name}`,
        options: { 'backup-volfile-servers': others.join(',') },
      },
    },
    blockinfo: blockInfoJson(volume),
    bricks: bricks.map(brickJson),
  };
}
