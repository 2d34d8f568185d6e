import type { AdminState } from '#domain';
import type { z } from 'zod';
import type { Contract } from './contract.js';
import { goString, goStruct } from './go-types.js';
import { check, required, violations } from './violations.js';

const STATES: readonly AdminState[] = ['online', 'offline', 'failed'];
const HEAL_CHECKS: readonly string[] = ['', 'enable', 'disable'];

const shape = goStruct({ state: goString, healcheck: goString });

export type StateBody = z.output<typeof shape>;

/** The heal check is judged first and alone, as Heketi does. */
export const stateContract: Contract<StateBody> = {
  shape,
  rules: ({ state, healcheck }) => {
    if (!HEAL_CHECKS.includes(healcheck)) return { healcheck: `${healcheck} is not valid heal info check` };
    const known = STATES.some((one) => one === state);
    return violations({ state: check(state, required, () => (known ? null : `${state} is not valid state`)) });
  },
};

/** The state that a checked request asks for. */
export function stateOf(text: string): AdminState {
  const state = STATES.find((one) => one === text);
  if (state === undefined) throw new Error(`${text} was not checked`);
  return state;
}
