import { notFound } from '#domain';
import type { ObjectKind } from '#read-model';
import { Problem } from '../frame/problem.js';
import type { AsOf } from './as-of.service.js';

/** 404 for an object that does not exist, or did not at a moment of the past. */
export function notThere(kind: ObjectKind, moment: AsOf): Error {
  if (moment === null) return notFound();
  return new Problem({ kind: 'not-found', detail: `There was no ${kind} with this id at ${moment.time}` });
}
