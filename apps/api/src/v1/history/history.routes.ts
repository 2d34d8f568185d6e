import { z } from 'zod';
import type { HistoryObject } from '#audit';
import { idField, pageFields, pageOf, wholeNumberField } from '../frame/fields.js';
import { v1Route } from '../frame/route.js';
import { historyEntry } from './history.schemas.js';

const limit = wholeNumberField({
  min: 1,
  max: 100,
  default: 20,
  description: 'The most entries that one answer may have. An operation is one entry, whatever it did.',
});
const order = z
  .enum(['oldest-first', 'newest-first'], 'must be oldest-first or newest-first')
  .default('oldest-first')
  .meta({ description: 'From the beginning of the history or from its end.' });

const historyPage = z.strictObject(pageOf(historyEntry)).meta({ id: 'HistoryPage' });

const historyRoute = <const Kind extends HistoryObject['kind']>(kind: Kind) =>
  v1Route({
    method: 'GET',
    path: `/v1/${kind}s/{id}/history`,
    operationId: `read${kind[0]?.toUpperCase() ?? ''}${kind.slice(1)}History`,
    summary: `Read what happened to ${kind === 'operation' ? 'an' : 'a'} ${kind}`,
    description:
      'Who did what and when, with which commands, and why it failed. Objects that are gone have theirs for ever.',
    tag: 'audit',
    roles: ['admin', 'auditor'],
    params: z.strictObject({ id: idField }),
    query: z.strictObject({ ...pageFields, limit, order }),
    answers: { 200: { description: 'One page.', schema: historyPage } },
    refusals: { 404: 'There never was such an object.' },
  });

export const readClusterHistory = historyRoute('cluster');
export const readNodeHistory = historyRoute('node');
export const readDeviceHistory = historyRoute('device');
export const readBrickHistory = historyRoute('brick');
export const readVolumeHistory = historyRoute('volume');
export const readOperationHistory = historyRoute('operation');

export const historyRoutes = [
  readClusterHistory,
  readNodeHistory,
  readDeviceHistory,
  readBrickHistory,
  readVolumeHistory,
  readOperationHistory,
] as const;
export type HistoryRoute = (typeof historyRoutes)[number];
