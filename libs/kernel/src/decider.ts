/** An event as the domain writes it: a past-tense type and its data. Metadata is added when it is appended. */
export interface DomainEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/**
 * A decider is the whole of an object's rules: `decide` says what a command leads to (throwing DomainError where it is
 * refused), `evolve` folds one event into the state. Both are pure: ids and times come in with the command.
 */
export interface Decider<State, Command, Event extends DomainEvent> {
  readonly initial: State;
  readonly decide: (command: Command, state: State) => readonly Event[];
  readonly evolve: (state: State, event: Event) => State;
}

/** Folds a history into a state. */
export function fold<State, Event>(
  evolve: (state: State, event: Event) => State,
  initial: State,
  events: readonly Event[],
): State {
  return events.reduce(evolve, initial);
}
