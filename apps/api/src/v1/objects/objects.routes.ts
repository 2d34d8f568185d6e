import { z } from 'zod';
import { asOfField } from '../frame/as-of-field.js';
import { idField, pageFields, pageOf } from '../frame/fields.js';
import { v1Route } from '../frame/route.js';
import {
  asOfAnswer,
  brickAnswer,
  clusterAnswer,
  deviceAnswer,
  nodeAnswer,
  topologyAnswer,
  topologyDiffAnswer,
  volumeAnswer,
} from './answers.js';

const asOf = asOfField.optional();
const params = z.strictObject({ id: idField });
const query = z.strictObject({ asOf });
const pageQuery = z.strictObject({ ...pageFields, asOf });
const staff = ['admin', 'auditor'] as const;
const everybody = ['admin', 'user', 'auditor'] as const;
const orderOfLists =
  'In the order of the ids. What is being added, created or deleted is there too, with its `status`.';

const answered = <T extends z.ZodType>(description: string, schema: T) => ({ 200: { description, schema } });
/** Every schema has a name, since generated clients make a type of each. */
const page = <T extends z.ZodType>(name: string, item: T) =>
  z.strictObject({ ...pageOf(item), asOf: asOfAnswer }).meta({ id: `${name}Page` });
const one = <T extends z.ZodRawShape>(name: string, { shape }: z.ZodObject<T>) =>
  z.strictObject({ ...shape, asOf: asOfAnswer }).meta({ id: `${name}AsOf` });

const list = { method: 'GET', tag: 'objects', query: pageQuery, description: orderOfLists } as const;
const read = { method: 'GET', tag: 'objects', query, params } as const;

export const listClusters = v1Route({
  ...list,
  path: '/v1/clusters',
  operationId: 'listClusters',
  summary: 'List clusters',
  roles: staff,
  answers: answered('A page of clusters.', page('Cluster', clusterAnswer)),
});

export const getCluster = v1Route({
  ...read,
  path: '/v1/clusters/{id}',
  operationId: 'getCluster',
  summary: 'Read a cluster',
  roles: staff,
  answers: answered('The cluster.', one('Cluster', clusterAnswer)),
});

export const listNodes = v1Route({
  ...list,
  path: '/v1/nodes',
  operationId: 'listNodes',
  summary: 'List nodes',
  roles: staff,
  answers: answered('A page of nodes.', page('Node', nodeAnswer)),
});

export const getNode = v1Route({
  ...read,
  path: '/v1/nodes/{id}',
  operationId: 'getNode',
  summary: 'Read a node',
  roles: staff,
  answers: answered('The node.', one('Node', nodeAnswer)),
});

export const listDevices = v1Route({
  ...list,
  path: '/v1/devices',
  operationId: 'listDevices',
  summary: 'List devices',
  roles: staff,
  answers: answered('A page of devices.', page('Device', deviceAnswer)),
});

export const getDevice = v1Route({
  ...read,
  path: '/v1/devices/{id}',
  operationId: 'getDevice',
  summary: 'Read a device',
  roles: staff,
  answers: answered('The device.', one('Device', deviceAnswer)),
});

export const listDeviceBricks = v1Route({
  ...list,
  path: '/v1/devices/{id}/bricks',
  operationId: 'listDeviceBricks',
  summary: 'List the bricks of a device',
  description: 'In the order of the ids. Bricks whose space is reserved are there too, be they made already or not.',
  roles: staff,
  params,
  answers: answered('A page of bricks.', page('Brick', brickAnswer)),
});

export const listVolumes = v1Route({
  ...list,
  path: '/v1/volumes',
  operationId: 'listVolumes',
  summary: 'List volumes',
  roles: everybody,
  answers: answered('A page of volumes.', page('Volume', volumeAnswer)),
});

export const getVolume = v1Route({
  ...read,
  path: '/v1/volumes/{id}',
  operationId: 'getVolume',
  summary: 'Read a volume',
  roles: everybody,
  answers: answered('The volume.', one('Volume', volumeAnswer)),
});

export const getTopology = v1Route({
  method: 'GET',
  tag: 'objects',
  path: '/v1/topology',
  operationId: 'getTopology',
  summary: 'Read clusters with their nodes and devices',
  description: 'All of them, in the order of their ids. Volumes are a list of their own, `/v1/volumes`.',
  roles: staff,
  query,
  answers: answered('The topology.', topologyAnswer),
});

export const getTopologyDiff = v1Route({
  method: 'GET',
  tag: 'objects',
  path: '/v1/topology/diff',
  operationId: 'getTopologyDiff',
  summary: 'Compare clusters, nodes, devices and volumes of two moments',
  description: 'Costs what happened in between. At most 10000 objects may have changed.',
  roles: staff,
  query: z.strictObject({ from: asOfField, to: asOfField }),
  answers: answered('What was added, removed and changed from the one to the other.', topologyDiffAnswer),
});

export const objectRoutes = [
  listClusters,
  getCluster,
  listNodes,
  getNode,
  listDevices,
  getDevice,
  listDeviceBricks,
  listVolumes,
  getVolume,
  getTopology,
  getTopologyDiff,
];
