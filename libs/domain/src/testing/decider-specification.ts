import assert from 'node:assert/strict';
import { type Decider, DomainError, type DomainEvent, type ErrorKind, fold } from '#kernel';

export interface Outcome<Event> {
  /** The command leads to exactly these events, and they fold into the state without error. */
  then(events: readonly Event[]): void;
  /** The command is refused with this kind and text. */
  thenRefused(kind: ErrorKind, text: string): void;
  /** The command is a fault of the caller: it throws an error that is no refusal. */
  thenFaulty(text: RegExp): void;
}

export interface Specification<Command, Event> {
  given(history: readonly Event[]): { when(command: Command): Outcome<Event> };
}

/** A decider's rules as examples: given a history, when a command comes, then these events or this refusal. */
export function specificationOf<State, Command, Event extends DomainEvent>({
  initial,
  decide,
  evolve,
}: Decider<State, Command, Event>): Specification<Command, Event> {
  return {
    given: (history) => ({
      when: (command) => {
        const state = fold(evolve, initial, history);
        const run = (): readonly Event[] => decide(command, state);
        return {
          then: (events) => {
            const decided = run();
            assert.deepEqual(decided, events);
            fold(evolve, state, decided);
          },
          thenRefused: (kind, text) => {
            assert.throws(run, (error) => {
              assert.ok(error instanceof DomainError, String(error));
              assert.deepEqual({ kind: error.kind, text: error.message }, { kind, text });
              return true;
            });
          },
          thenFaulty: (text) => {
            assert.throws(run, (error) => {
              assert.ok(error instanceof Error && !(error instanceof DomainError), String(error));
              assert.match(error.message, text);
              return true;
            });
          },
        };
      },
    }),
  };
}
