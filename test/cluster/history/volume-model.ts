import type { SequentialModel } from './linearizable.js';

export type Outcome = 'succeeded' | 'failed' | 'unknown';

/** What happens to one volume, or is seen of it. `by` names the request of a change; ids are the volume's. */
export type VolumeOp =
  | { readonly do: 'begin-create'; readonly by: string; readonly sizeGiB: number }
  | { readonly do: 'begin-expand'; readonly by: string; readonly id: string; readonly addGiB: number }
  | { readonly do: 'begin-delete'; readonly by: string; readonly id: string }
  | { readonly do: 'end'; readonly by: string; readonly outcome: Outcome; readonly id: string | null }
  | { readonly do: 'refused'; readonly why: 'name-taken' }
  | { readonly do: 'refused'; readonly why: 'in-use' | 'not-found'; readonly id: string }
  | { readonly do: 'read'; readonly id: string; readonly sizeGiB: number }
  | { readonly do: 'missed'; readonly id: string }
  | { readonly do: 'listed'; readonly id: string }
  | { readonly do: 'unlisted' };

/** A volume that is there. The id is null until somebody has seen it, where nobody knows how its creation was answered. */
interface There {
  readonly id: string | null;
  readonly sizeGiB: number;
}

interface Expansion {
  readonly by: string;
  readonly addGiB: number;
}

export type VolumeState =
  | { readonly is: 'absent' }
  | { readonly is: 'creating'; readonly by: string; readonly sizeGiB: number }
  | ({ readonly is: 'active' } & There)
  /** In the order of their acceptance: they wait for each other. */
  | ({ readonly is: 'expanding'; readonly pending: readonly Expansion[] } & There)
  | ({ readonly is: 'deleting'; readonly by: string } & There);

type Visible = Extract<VolumeState, { is: 'active' | 'expanding' }>;

const absent: VolumeState = { is: 'absent' };

/**
 * One name of a cluster, as Heketi's API shows it. A change begins at one instant (the acceptance) and ends at a later one.
 * What is being created or deleted is hidden from reads and lists, and its name is taken; an expanding volume shows its old
 * size until the end, and may be expanded again; a deletion that fails shows the volume again.
 */
export const volumeModel: SequentialModel<VolumeState, VolumeOp> = {
  initial: absent,
  isRead: (op) => !op.do.startsWith('begin') && op.do !== 'end',
  key: (state) => JSON.stringify(state),
  step(state, op) {
    switch (op.do) {
      case 'begin-create':
        return state.is === 'absent' ? [{ is: 'creating', by: op.by, sizeGiB: op.sizeGiB }] : [];
      case 'begin-expand':
        return visible(state, op.id).flatMap((there) => expanding(there, op));
      case 'begin-delete':
        return idle(state, op.id).map((there) => ({ ...there, is: 'deleting', by: op.by }));
      case 'end':
        return ended(state, op);
      case 'refused':
        return refused(state, op);
      case 'read':
        return visible(state, op.id).filter(({ sizeGiB }) => sizeGiB === op.sizeGiB);
      case 'missed':
        return isVisible(state) && state.id === op.id ? [] : [state];
      case 'listed':
        return visible(state, op.id);
      case 'unlisted':
        return isVisible(state) ? [] : [state];
    }
  },
};

function isVisible(state: VolumeState): state is Visible {
  return state.is === 'active' || state.is === 'expanding';
}

/** The state with the id filled in, nothing where it is another volume's. */
function identified<S extends There>(state: S, id: string): S[] {
  return state.id === null || state.id === id ? [{ ...state, id }] : [];
}

function visible(state: VolumeState, id: string): Visible[] {
  return isVisible(state) ? identified(state, id) : [];
}

function idle(state: VolumeState, id: string): There[] {
  return state.is === 'active' ? identified<There>({ id: state.id, sizeGiB: state.sizeGiB }, id) : [];
}

function expanding(
  { id, sizeGiB, ...there }: Visible,
  { by, addGiB }: Extract<VolumeOp, { do: 'begin-expand' }>,
): VolumeState[] {
  const pending = there.is === 'expanding' ? there.pending : [];
  if (pending.some((expansion) => expansion.by === by)) return [];
  return [{ is: 'expanding', id, sizeGiB, pending: [...pending, { by, addGiB }] }];
}

function ended(state: VolumeState, { by, outcome, id }: Extract<VolumeOp, { do: 'end' }>): VolumeState[] {
  if (outcome === 'unknown') {
    return [...after(state, by, 'succeeded', id), ...after(state, by, 'failed', id)];
  }
  return after(state, by, outcome, id);
}

function after(state: VolumeState, by: string, outcome: 'succeeded' | 'failed', id: string | null): VolumeState[] {
  const succeeded = outcome === 'succeeded';
  switch (state.is) {
    case 'absent':
    case 'active':
      return [];
    case 'creating':
      if (state.by !== by) return [];
      return [succeeded ? { is: 'active', id, sizeGiB: state.sizeGiB } : absent];
    case 'expanding':
      return expanded(state, by, succeeded);
    case 'deleting':
      if (state.by !== by) return [];
      return [succeeded ? absent : { is: 'active', id: state.id, sizeGiB: state.sizeGiB }];
  }
}

function expanded(
  { id, sizeGiB, pending }: Extract<VolumeState, { is: 'expanding' }>,
  by: string,
  succeeded: boolean,
): VolumeState[] {
  const [first, ...later] = pending;
  if (first?.by !== by) return [];
  const there = { id, sizeGiB: sizeGiB + (succeeded ? first.addGiB : 0) };
  return [later.length === 0 ? { is: 'active', ...there } : { is: 'expanding', ...there, pending: later }];
}

/** Refusals say something about the state, and the rules ask whether it is true. */
function refused(state: VolumeState, op: Extract<VolumeOp, { do: 'refused' }>): VolumeState[] {
  switch (op.why) {
    case 'name-taken':
      return state.is === 'absent' ? [] : [state];
    case 'in-use':
      return state.is === 'expanding' || state.is === 'deleting' ? identified(state, op.id) : [];
    case 'not-found':
      return state.is === 'absent' || (state.is !== 'creating' && state.id !== op.id) ? [state] : [];
  }
}
