import { z } from 'zod';
import { idField } from '../frame/fields.js';
import { v1Route } from '../frame/route.js';
import { expansionWanted, removalPlan, volumePlan, volumeWanted } from './plan.schemas.js';

const description =
  'Changes nothing, reserves nothing and holds nobody up: the decision is made as for the request itself, on one moment, and not kept.';
const params = z.strictObject({ id: idField });
const volumeAnswers = { 200: { description: 'What would be done, or why not.', schema: volumePlan } } as const;
const removalAnswers = { 200: { description: 'What it takes, or what is in the way.', schema: removalPlan } } as const;

export const planCreate = v1Route({
  method: 'POST',
  path: '/v1/volumes:plan',
  operationId: 'planVolumeCreate',
  summary: 'Plan a new volume',
  description,
  tag: 'plans',
  roles: ['admin', 'user', 'auditor'],
  body: volumeWanted,
  answers: volumeAnswers,
});

export const planExpand = v1Route({
  method: 'POST',
  path: '/v1/volumes/{id}:plan-expand',
  operationId: 'planVolumeExpand',
  summary: 'Plan the expansion of a volume',
  description,
  tag: 'plans',
  roles: ['admin', 'user', 'auditor'],
  params,
  body: expansionWanted,
  answers: volumeAnswers,
});

export const planDelete = v1Route({
  method: 'POST',
  path: '/v1/volumes/{id}:plan-delete',
  operationId: 'planVolumeDelete',
  summary: 'Plan the deletion of a volume',
  description,
  tag: 'plans',
  roles: ['admin', 'user', 'auditor'],
  params,
  answers: volumeAnswers,
});

export const planDeviceRemove = v1Route({
  method: 'POST',
  path: '/v1/devices/{id}:plan-remove',
  operationId: 'planDeviceRemove',
  summary: 'Plan the removal of a device',
  description,
  tag: 'plans',
  roles: ['admin', 'auditor'],
  params,
  answers: removalAnswers,
});

export const planNodeRemove = v1Route({
  method: 'POST',
  path: '/v1/nodes/{id}:plan-remove',
  operationId: 'planNodeRemove',
  summary: 'Plan the removal of a node and its devices',
  description,
  tag: 'plans',
  roles: ['admin', 'auditor'],
  params,
  answers: removalAnswers,
});
