import { DomainError, type ErrorKind } from '#kernel';

/** Heketi's word for an object that is not there; clients compare it literally. */
export function notFound(): DomainError {
  return new DomainError('not-found', 'Id not found');
}

/** Heketi's word for an object that another operation holds, or that would not be empty. */
export function inUse(kind: ErrorKind, detail: string): DomainError {
  return new DomainError(kind, 'The target exists, contains other items, or is in use.', [{ rule: 'in-use', detail }]);
}

/** An id that was given out twice: only a fault of ours, but never one to be overwritten silently. */
export function alreadyExists(): DomainError {
  return new DomainError('conflict', 'Id already exists');
}
