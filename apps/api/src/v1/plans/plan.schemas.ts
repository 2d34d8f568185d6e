import { operationKinds } from '#domain';
import { z } from 'zod';
import { noSecrets } from '../../contracts/volume.js';
import { idField } from '../frame/fields.js';
import { problemSchema, reasonSchema } from '../openapi/problem-schema.js';

const kib = z.number().int().nonnegative();
const place = {
  nodeId: z.string().meta({ description: 'Id of the node.' }),
  zone: z.number().int().meta({ description: 'Zone of the node.' }),
  deviceId: z.string().meta({ description: 'Id of the device.' }),
};

const brick = z.strictObject({
  ...place,
  role: z.enum(['data', 'arbiter']).meta({ description: '`arbiter`: it keeps the names of files, and no data.' }),
  sizeKiB: kib.meta({ description: 'What can be used.' }),
  thinPoolKiB: kib.meta({ description: 'Thin pool, which the device pays.' }),
  poolMetadataKiB: kib.meta({ description: 'Metadata of the thin pool, which the device pays.' }),
  totalKiB: kib.meta({ description: 'What the brick costs its device: the thin pool and its metadata.' }),
});

const device = z.strictObject({
  ...place,
  totalKiB: kib.meta({ description: 'Size of the volume group.' }),
  freeBeforeKiB: kib.meta({ description: 'What is free now.' }),
  freeAfterKiB: kib.meta({ description: 'What would be free after it.' }),
});

const phase = z.strictObject({
  name: z.string().meta({ description: 'Phases follow each other.' }),
  step: z.string().meta({ description: 'The name of each step; * stands for an id.' }),
  steps: z.number().int().meta({ description: 'How many steps, carried out side by side.' }),
  nodeIds: z.array(z.string()).meta({ description: 'Nodes to which a command that changes anything may be sent.' }),
  pointOfNoReturn: z.boolean().meta({ description: 'From here on nothing is undone any more.' }),
  commands: z.array(z.string()).meta({ description: 'What a step runs where nothing is in its way, looks left out.' }),
});

const lane = z.strictObject({
  resource: z.string().meta({ description: 'What both want to themselves, such as volume/ID.' }),
  operations: z
    .array(
      z.strictObject({
        operationId: z.string().meta({ description: 'Id of the operation.' }),
        kind: z.enum(operationKinds),
        status: z.string().meta({ description: '`accepted`, `running` or `compensating`.' }),
      }),
    )
    .meta({ description: 'Accepted before and not ended, in the order in which they are carried out.' }),
});

const carriedOut = {
  kind: z.enum(operationKinds),
  clusterId: z.string().meta({ description: 'Of the volume, device or node.' }),
  phases: z.array(phase),
  lanes: z.array(lane).meta({ description: 'What the operation would wait for; empty: nothing.' }),
};

const feasible = z.strictObject({
  feasible: z.literal(true),
  ...carriedOut,
  sizeGiB: z.number().int().meta({ description: 'Of the volume, once it is done.' }),
  brickSets: z.array(z.array(brick)).meta({ description: 'Those that are added or removed, in the order of Gluster.' }),
  devices: z.array(device).optional().meta({ description: 'Each device that is touched; not for the role user.' }),
});

const notFeasible = z.strictObject({
  feasible: z.literal(false),
  problem: problemSchema.meta({ description: 'What the request itself would be answered at this moment.' }),
});

export const volumePlan = z
  .discriminatedUnion('feasible', [feasible, notFeasible])
  .meta({ id: 'VolumePlan', description: 'What a request for a volume would lead to at this moment.' });

const contents = z.strictObject({
  count: z.number().int(),
  ids: z.array(z.string()).meta({ description: 'The first of them.' }),
});

const request = z.strictObject({
  method: z.enum(['POST', 'DELETE']),
  path: z.string(),
  body: z.strictObject({ state: z.enum(['offline', 'failed']) }).optional(),
  accepted: z.boolean(),
  refusal: z.strictObject({ detail: z.string(), reasons: z.array(reasonSchema) }).optional(),
});

export const removalPlan = z
  .strictObject({
    feasible: z.boolean().meta({ description: 'Whether all the requests would be accepted, one after the other.' }),
    ...carriedOut,
    requests: z.array(request).meta({ description: 'In their order, up to the first of an object that is refused.' }),
    volumes: contents.meta({ description: 'Volumes with bricks there.' }),
  })
  .meta({ id: 'RemovalPlan', description: 'What the removal of a device or node takes at this moment.' });

const sizeGiB = z.number().int().min(1).max(1_000_000_000).meta({ description: 'Size, in GiB.' });

/** As POST /volumes of Heketi's API has it, sizes with their unit. */
export const volumeWanted = z
  .strictObject({
    sizeGiB,
    name: z
      .string()
      .regex(/^[a-zA-Z0-9_-]+$/, 'must be letters, digits, _ and -')
      .max(255)
      .optional(),
    clusterIds: z.array(idField).default([]).meta({ description: 'Clusters that may take it; all, unless given.' }),
    durability: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('none') }),
        z.strictObject({ type: z.literal('replicate'), replica: z.number().int().min(1).max(3).default(2) }),
        z.strictObject({
          type: z.literal('disperse'),
          data: z.number().int().min(1).default(8),
          redundancy: z.number().int().min(1).default(2),
        }),
      ])
      .default({ type: 'none' }),
    snapshot: z
      .strictObject({ enable: z.boolean(), factor: z.number().min(1).max(100).default(1.5) })
      .default({ enable: false, factor: 1 }),
    gid: z.number().int().min(0).default(0).meta({ description: 'Group that is to own it; 0: none.' }),
    block: z.boolean().default(false).meta({ description: 'Whether it is to hold block volumes.' }),
    glusterVolumeOptions: z
      .array(z.string().regex(/^\P{Cc}*$/u, 'must not have control characters'))
      .refine((options) => noSecrets(options) === null, { error: ({ input }) => noSecrets(input as string[]) ?? '' })
      .default([])
      .meta({ description: 'Each a name and a value, as `gluster volume set` takes them.' }),
  })
  .meta({ id: 'VolumeWanted' });

export const expansionWanted = z.strictObject({
  addGiB: sizeGiB.meta({ description: 'By how much the volume is to grow.' }),
});
