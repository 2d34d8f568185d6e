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
const tags = z.record(z.string(), z.string());

/** Of what operations add and delete; what is neither is `active`. */
const memberStatus = z.enum(['adding', 'active', 'deleting']);

/** Null in an answer about the present. */
export const asOfAnswer = z
  .strictObject({
    position: z.string().meta({ description: 'A place in the log; as `asOf` it gives the very same answer again.' }),
    time: timeAnswer,
  })
  .nullable()
  .meta({ description: 'The last event that counts: its place in the log and its time. Null: the present.' });

export const clusterAnswer = z
  .strictObject({ id, status: z.enum(['active']), file: z.boolean(), block: z.boolean() })
  .meta({ id: 'Cluster' });

export const nodeAnswer = z
  .strictObject({
    id,
    clusterId: id,
    status: memberStatus,
    operationId,
    state: adminState,
    zone: z.number().int(),
    manageHostnames: z.array(z.string()),
    storageHostnames: z.array(z.string()),
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
    paths: z.array(z.string()),
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

const brickSets = z
  .array(z.array(brickAnswer))
  .meta({ description: "Bricks, in sets of those that hold the same data or parts of it; in Gluster's order." });

export const volumeAnswer = z
  .strictObject({
    id,
    clusterId: id,
    name: z.string(),
    status: z.enum(['creating', 'active', 'expanding', 'deleting']),
    operationId,
    sizeGiB: gib('Size'),
    durability: z.union([
      z.strictObject({ type: z.literal('none') }),
      z.strictObject({ type: z.literal('replicate'), replica: z.number().int() }),
      z.strictObject({ type: z.literal('disperse'), data: z.number().int(), redundancy: z.number().int() }),
    ]),
    gid: z.number().int().nullable().meta({ description: 'Group that owns it; null: none was asked for.' }),
    glusterVolumeOptions: z.array(z.string()),
    block: z.boolean(),
    snapshot: z.strictObject({ enable: z.boolean(), factor: z.number() }),
    brickSets,
    pendingExpansions: z
      .array(z.strictObject({ operationId: id, addGiB: gib('What it adds'), brickSets }))
      .meta({ description: 'Expansions that are accepted and have not ended, oldest first.' }),
  })
  .meta({ id: 'Volume' });

export const topologyAnswer = z.strictObject({
  clusters: z.array(
    z.strictObject({
      ...clusterAnswer.shape,
      nodes: z.array(z.strictObject({ ...nodeAnswer.shape, devices: z.array(deviceAnswer) })),
    }),
  ),
  asOf: asOfAnswer,
});

function diffAnswer<T extends z.ZodType>(object: T) {
  return z.strictObject({
    added: z.array(object),
    removed: z.array(object),
    changed: z.array(
      z.strictObject({
        id,
        fields: z.array(z.string()).meta({ description: 'The properties that differ.' }),
        before: object,
        after: object,
      }),
    ),
  });
}

export const topologyDiffAnswer = z.strictObject({
  from: asOfAnswer.unwrap(),
  to: asOfAnswer.unwrap(),
  clusters: diffAnswer(clusterAnswer),
  nodes: diffAnswer(nodeAnswer),
  devices: diffAnswer(deviceAnswer),
  volumes: diffAnswer(volumeAnswer),
});
