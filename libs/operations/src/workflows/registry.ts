import { operationKinds, type OperationKind } from '#domain';
import { cleanup } from './cleanup.js';
import { deviceAdd } from './device-add.js';
import { deviceDelete } from './device-delete.js';
import { deviceResync } from './device-resync.js';
import { nodeAdd } from './node-add.js';
import { nodeDelete } from './node-delete.js';
import { volumeCreate } from './volume-create.js';
import { volumeDelete } from './volume-delete.js';
import { volumeExpand } from './volume-expand.js';
import type { Workflow } from './workflow.js';

/** Kinds that are over in the transaction that accepts them: see state-changes.ts. */
const decidedAtOnce: readonly OperationKind[] = ['node-state', 'device-state'];

/** The workflow of every kind of operation. */
export class WorkflowRegistry {
  readonly #byKind: ReadonlyMap<string, Workflow>;

  /** @throws Error where a kind has none: such a worker must not start */
  constructor(workflows: readonly Workflow[] = standardWorkflows) {
    const all = [...workflows, cleanup((kind) => this.of(kind))];
    this.#byKind = new Map(all.map((workflow) => [workflow.kind, workflow]));
    const missing = operationKinds.filter((kind) => !this.#byKind.has(kind) && !decidedAtOnce.includes(kind));
    if (missing.length > 0) throw new Error(`operations without a workflow: ${missing.join(', ')}`);
  }

  /** False for a kind of a later version, whose workers carry it out. */
  knows(kind: string): boolean {
    return this.#byKind.has(kind);
  }

  /** Every kind of operation, with the phases that it may have and the names of their steps; `*` stands for an id. */
  kinds(): readonly { readonly kind: OperationKind; readonly outline: Workflow['outline'] }[] {
    return operationKinds.map((kind) => ({ kind, outline: this.#byKind.get(kind)?.outline ?? {} }));
  }

  /** @throws Error for a kind that no worker carries out */
  of(kind: OperationKind): Workflow {
    const workflow = this.#byKind.get(kind);
    if (workflow === undefined) throw new Error(`no workflow carries out ${kind}`);
    return workflow;
  }
}

export const standardWorkflows: readonly Workflow[] = [
  nodeAdd,
  nodeDelete,
  deviceAdd,
  deviceResync,
  deviceDelete,
  volumeCreate,
  volumeExpand,
  volumeDelete,
];
