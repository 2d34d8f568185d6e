import { z } from 'zod';
import { timeAnswer } from '../frame/fields.js';

const id = z.string().meta({ description: 'Id.' });
const operationId = id.nullable().meta({ description: 'The operation that holds it, null for none.' });
const kiB = (what: string) =>
  z
    .number()
    .int()
    .min(0)
    .meta({ description: `${what}, in KiB.` });
const gib = (what: string) =>
  z
    .number()
    .int()
    .min(0)
    .meta({ description: `${what}, in GiB.` });
const adminState = z.enum(['online', 'offline', 'failed']).meta({ description: 'What the administrator says of it.' });
const tags = z.record(z.string(), z.string()).meta({ description: 'Tags: names with their values.' });
const block = z.boolean().meta({ description: 'Whether it is there for block volumes.' });
const hostnames = (what: string) => z.array(z.string()).meta({ description: `${what}; only the first is used.` });

/** Of what operations add and delete; what is neither is `active`. */
const memberStatus = z
  .enum(['adding', 'active', 'deleting'])
  .meta({ description: 'What an operation is doing to it; `active`: nothing.' });

/** Null in an answer about the present. */
export const asOfAnswer = z
  .strictObject({
    position: z.string().meta({ description: 'A place in the log; as `asOf` it gives the very same answer again.' }),
    time: timeAnswer,
  })
  .meta({ id: 'Moment' })
  .nullable()
  .meta({ description: 'The last event that counts: its place in the log and its time. Null: the present.' });

export const clusterAnswer = z
  .strictObject({
    id,
    status: z.enum(['active']).meta({ description: 'Clusters are there or not.' }),
    file: z.boolean().meta({ description: 'Whether it takes volumes of files.' }),
    block: z.boolean().meta({ description: 'Whether it takes volumes for block volumes.' }),
  })
  .meta({ id: 'Cluster' });

export const nodeAnswer = z
  .strictObject({
    id,
    clusterId: id,
    status: memberStatus,
    operationId,
    state: adminState,
    zone: z.number().int().meta({ description: 'What fails together: copies are kept in different zones.' }),
    manageHostnames: hostnames('Names or addresses for commands'),
    storageHostnames: hostnames('Names or addresses that Gluster knows it by'),
    tags,
    hostKeyFingerprint: z
      .string()
      .nullable()
      .meta({ description: 'Of the SSH host key that is pinned; null: not met yet.' }),
  })
  .meta({ id: 'Node' });

export const deviceAnswer = z
  .strictObject({
    id,
    nodeId: id,
    clusterId: id,
    status: memberStatus,
    operationId,
    state: adminState,
    name: z.string().meta({ description: 'The path that it was added by.' }),
    paths: z.array(z.string()).meta({ description: 'Every path by which its node knows it.' }),
    pvUuid: z.string().nullable().meta({ description: 'Of the LVM physical volume; null before it is set up.' }),
    tags,
    totalKiB: kiB('Size of the volume group'),
    freeKiB: kiB('What is free'),
    usedKiB: kiB('What its bricks take, reservations included'),
    brickCount: z.number().int().min(0).meta({ description: 'Bricks on it, reservations included.' }),
  })
  .meta({ id: 'Device' });

export const brickAnswer = z
  .strictObject({
    id,
    volumeId: id,
    nodeId: id,
    deviceId: id,
    sizeKiB: kiB('What can be used'),
    thinPoolKiB: kiB('Thin pool, which the device pays'),
    poolMetadataKiB: kiB('Metadata of the thin pool, which the device pays'),
    path: z.string().meta({ description: 'The folder that Gluster is given.' }),
  })
  .meta({ id: 'Brick' });

const durability = z
  .union([
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({
      type: z.literal('replicate'),
      replica: z.number().int().meta({ description: 'How many copies.' }),
    }),
    z.strictObject({
      type: z.literal('disperse'),
      data: z.number().int().meta({ description: 'How many bricks of a set share the data.' }),
      redundancy: z.number().int().meta({ description: 'How many bricks of a set may be lost.' }),
    }),
  ])
  .meta({ description: 'How it survives the loss of bricks.' });

const brickSets = z
  .array(z.array(brickAnswer))
  .meta({ description: "Bricks, in sets of those that hold the same data or parts of it; in Gluster's order." });

export const volumeAnswer = z
  .strictObject({
    id,
    clusterId: id,
    name: z.string().meta({ description: 'Unique in its cluster.' }),
    status: z
      .enum(['creating', 'active', 'expanding', 'deleting'])
      .meta({ description: 'What an operation is doing to it; `active`: nothing.' }),
    operationId,
    sizeGiB: gib('Size'),
    durability,
    gid: z.number().int().nullable().meta({ description: 'Group that owns it; null: none was asked for.' }),
    glusterVolumeOptions: z.array(z.string()).meta({ description: 'Each a name and a value, secrets masked.' }),
    block,
    snapshot: z.strictObject({
      enable: z.boolean().meta({ description: 'Whether its bricks have room for snapshots.' }),
      factor: z.number().meta({ description: 'How large a thin pool is, as a multiple of its brick; 1: no room.' }),
    }),
    brickSets,
    pendingExpansions: z
      .array(z.strictObject({ operationId: id, addGiB: gib('What it adds'), brickSets }))
      .meta({ description: 'Expansions that are accepted and have not ended, oldest first.' }),
  })
  .meta({ id: 'Volume' });

const topologyNode = z
  .strictObject({ ...nodeAnswer.shape, devices: z.array(deviceAnswer) })
  .meta({ id: 'TopologyNode' });

const topologyCluster = z
  .strictObject({ ...clusterAnswer.shape, nodes: z.array(topologyNode) })
  .meta({ id: 'TopologyCluster' });

export const topologyAnswer = z
  .strictObject({ clusters: z.array(topologyCluster), asOf: asOfAnswer })
  .meta({ id: 'Topology' });

function diffAnswer<T extends z.ZodType>(name: string, object: T) {
  const change = z
    .strictObject({
      id,
      fields: z.array(z.string()).meta({ description: 'The properties that differ.' }),
      before: object,
      after: object,
    })
    .meta({ id: `${name}Change` });
  return z
    .strictObject({
      added: z.array(object).meta({ description: 'There at the later moment only.' }),
      removed: z.array(object).meta({ description: 'There at the earlier moment only.' }),
      changed: z.array(change).meta({ description: 'There at both, and not the same.' }),
    })
    .meta({ id: `${name}Diff` });
}

export const topologyDiffAnswer = z
  .strictObject({
    from: asOfAnswer.unwrap(),
    to: asOfAnswer.unwrap(),
    clusters: diffAnswer('Cluster', clusterAnswer),
    nodes: diffAnswer('Node', nodeAnswer),
    devices: diffAnswer('Device', deviceAnswer),
    volumes: diffAnswer('Volume', volumeAnswer),
  })
  .meta({ id: 'TopologyDiff' });
