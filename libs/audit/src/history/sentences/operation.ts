import type { CommandRecord, EventOf } from '#domain';
import type { Sentences, Telling } from './sentence.js';
import { count } from './words.js';

const operation = ({ names, streamId }: Telling): string => names.operation(streamId);
const commands = (list: readonly CommandRecord[]): string =>
  list.length === 0 ? '' : `, ${count(list.length, 'command')}`;
const cleanup = (id: string | undefined): string =>
  id === undefined ? '' : `; what is left is done by operation ${id}`;

export const operationSentences: Sentences<EventOf<'operation'>['type']> = {
  OperationAccepted: (_, telling) => `${operation(telling)} accepted`,
  OperationStarted: ({ worker, attempt }, telling) =>
    `${operation(telling)} taken up by ${worker}${attempt > 1 ? `, attempt ${attempt}` : ''}`,
  PhaseStarted: ({ phase, steps }) => `phase ${phase} begun: ${count(steps.length, 'step')}`,
  StepSucceeded: ({ step, commands: ran }) => `${step} done${commands(ran)}`,
  StepFailed: ({ step, reason }) => `${step} failed: ${reason}`,
  OperationCancelRequested: ({ by }, telling) => `cancellation of ${operation(telling)} asked for by ${by}`,
  CompensationStarted: ({ reason }, telling) => `${operation(telling)} is being undone: ${reason}`,
  StepUndone: ({ step, commands: ran }) => `${step} undone${commands(ran)}`,
  StepUndoFailed: ({ step, reason }) => `${step} could not be undone: ${reason}`,
  OperationSucceeded: ({ cleanupId }, telling) => `${operation(telling)} succeeded${cleanup(cleanupId)}`,
  OperationFailed: ({ reason, cleanupId }, telling) => `${operation(telling)} failed: ${reason}${cleanup(cleanupId)}`,
};
