import type { CommandRecord, OperationKind } from '#domain';
import type { Reason } from '#kernel';

type Status = 'accepted' | 'running' | 'compensating' | 'succeeded' | 'failed';

/** What the server's lists tell of an operation. */
export interface OperationSummary {
  readonly id: string;
  readonly kind: OperationKind;
  readonly status: Status;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly requestedBy: { readonly actor: string; readonly issuer: string; readonly requestId: string };
  readonly acceptedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly attempts: number;
  readonly worker: string | null;
  readonly progress: {
    readonly phase: string | null;
    readonly stepsDone: number;
    readonly stepsUndone: number;
    readonly stepsPlanned: number | null;
  };
  readonly waitsFor: { readonly operationId: string; readonly kind: string; readonly resource: string } | null;
  readonly nodesOutOfReach: readonly { readonly nodeId: string; readonly since: string }[];
  readonly cancelRequested: { readonly by: string; readonly issuer: string } | null;
  readonly failure: { readonly reason: string; readonly reasons: readonly Reason[] } | null;
  readonly cleanupId: string | null;
}

interface StepTry {
  readonly way: 'forward' | 'undo';
  readonly outcome: 'succeeded' | 'failed';
  readonly at: string;
  readonly reason: string | null;
  readonly commands: readonly CommandRecord[];
}

/** An operation with its course. */
export interface OperationDetail extends OperationSummary {
  readonly phases: readonly {
    readonly name: string;
    readonly startedAt: string;
    readonly steps: readonly {
      readonly name: string;
      readonly status: 'started' | 'succeeded' | 'failed' | 'undone';
      readonly tries: readonly StepTry[];
    }[];
  }[];
}

export function hasEnded({ status }: Pick<OperationSummary, 'status'>): boolean {
  return status === 'succeeded' || status === 'failed';
}
