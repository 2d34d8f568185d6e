import type { Reason } from '#kernel';
import type { ProblemDetails } from '../client/problem.js';

interface Brick {
  readonly nodeId: string;
  readonly zone: number;
  readonly deviceId: string;
  readonly role: 'data' | 'arbiter';
  readonly totalKiB: number;
}

interface CarriedOut {
  readonly kind: string;
  readonly clusterId: string;
  readonly phases: readonly {
    readonly name: string;
    readonly steps: number;
    readonly pointOfNoReturn: boolean;
    readonly commands: readonly string[];
  }[];
  readonly lanes: readonly {
    readonly resource: string;
    readonly operations: readonly { readonly operationId: string; readonly kind: string; readonly status: string }[];
  }[];
}

/** What a request for a volume would lead to. */
export type VolumePlan =
  | (CarriedOut & {
      readonly feasible: true;
      readonly sizeGiB: number;
      readonly brickSets: readonly (readonly Brick[])[];
    })
  | { readonly feasible: false; readonly problem: ProblemDetails };

/** What the removal of a device or node takes. */
export interface RemovalPlan extends CarriedOut {
  readonly feasible: boolean;
  readonly requests: readonly {
    readonly method: string;
    readonly path: string;
    readonly body?: unknown;
    readonly accepted: boolean;
    readonly refusal?: { readonly detail: string; readonly reasons: readonly Reason[] };
  }[];
  readonly volumes: { readonly count: number; readonly ids: readonly string[] };
}
