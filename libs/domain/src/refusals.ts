import { DomainError, type ErrorKind, type Reason, type ReasonValues } from '#kernel';

/** What an object holds that has to be empty: how many, and the ids of the first. Objects in the making count. */
export interface Contents {
  readonly count: number;
  readonly ids: readonly string[];
}

export const noContents: Contents = { count: 0, ids: [] };

/** Heketi's word for an object that is not there; clients compare it literally. */
export function notFound(): DomainError {
  return new DomainError('not-found', 'Id not found');
}

/** Heketi's word for an object that another operation holds, or that would not be empty. */
export function inUse(kind: ErrorKind, detail: string, values: ReasonValues = {}): DomainError {
  const reason: Reason = { rule: 'in-use', detail, ...(Object.keys(values).length === 0 ? {} : { values }) };
  return new DomainError(kind, 'The target exists, contains other items, or is in use.', [reason]);
}

/** An object that an operation works on. @param doing such as `device ID is being deleted` */
export function held(kind: ErrorKind, doing: string, operationId: string | null): DomainError {
  if (operationId === null) return inUse(kind, doing);
  return inUse(kind, `${doing} by operation ${operationId}: wait until that has ended`, { operationId });
}

/** The line that names what is in the way; none where nothing is. @param holder such as `the node has` */
export function contentReasons(
  rule: string,
  holder: string,
  noun: string,
  { count, ids }: Contents,
): readonly Reason[] {
  if (count === 0) return [];
  const more = count > ids.length ? ` and ${count - ids.length} more` : '';
  const names = ids.length === 0 ? '' : `: ${ids.join(', ')}${more}`;
  const detail = `${holder} ${count} ${noun}${count === 1 ? '' : 's'}${names}`;
  return [{ rule, detail, values: { [`${noun}s`]: count, [`${noun}Ids`]: ids } }];
}

/** What would help, as a line of a reason tree. */
export function remedy(kind: string, detail: string, values: ReasonValues = {}): Reason {
  return { rule: 'remedy', detail, values: { kind, ...values } };
}

/** An id that was given out twice: only a fault of ours, but never one to be overwritten silently. */
export function alreadyExists(): DomainError {
  return new DomainError('conflict', 'Id already exists');
}
