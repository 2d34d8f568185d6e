import type { OperationEvent } from '#domain';
import { labelOf } from './commands.js';

/** A command of an operation, or of several parallel steps of one kind. Counted over the whole operation, all nodes together. */
export interface ScriptedCommand {
  readonly way: 'forward' | 'undo';
  readonly phase: string;
  readonly label: string;
  /** Its first occurrence among all with its label, from 1. */
  readonly first: number;
  readonly count: number;
}

/** An event of an operation, or several of parallel steps of one kind. */
export interface ScriptedEvent {
  readonly way: 'forward' | 'undo';
  /** Type, phase and kind of step. */
  readonly text: string;
  readonly count: number;
}

/** What a worker does when nothing goes wrong, in order; nothing where the operation ends as it is accepted. */
export interface Script {
  readonly commands: readonly ScriptedCommand[];
  readonly events: readonly ScriptedEvent[];
}

interface Told {
  readonly way: 'forward' | 'undo';
  readonly phase: string;
  readonly label: string;
}

/** Reads it off the stream of an operation that was left alone. */
export function scriptOf(stream: readonly OperationEvent[]): Script {
  const begin = stream.findIndex(({ type }) => type === 'OperationStarted');
  const events = begin === -1 ? [] : stream.slice(begin);
  const turn = events.findIndex(({ type }) => type === 'CompensationStarted');
  const wayAt = (index: number): 'forward' | 'undo' => (turn === -1 || index < turn ? 'forward' : 'undo');
  // A node is given the fence's script by its first command: that is none of the operation's own.
  const isOwn = ({ label }: Told): boolean => label !== 'sh';
  const told = events.flatMap(({ data }, index) => {
    if (!('commands' in data)) return [];
    const { phase, commands } = data;
    return commands.map(({ command }): Told => ({ way: wayAt(index), phase, label: labelOf(command) })).filter(isOwn);
  });
  const texts = events.map((event, index) => ({ way: wayAt(index), text: textOf(event) }));
  return { commands: commandsOf(told), events: eventsOf(texts) };
}

function commandsOf(told: readonly Told[]): ScriptedCommand[] {
  const groups = new Map<string, ScriptedCommand>();
  const seen = new Map<string, number>();
  for (const { way, phase, label } of told) {
    const nth = (seen.get(label) ?? 0) + 1;
    seen.set(label, nth);
    const key = [way, phase, label].join('\0');
    const known = groups.get(key) ?? { way, phase, label, first: nth, count: 0 };
    groups.set(key, { ...known, count: known.count + 1 });
  }
  return [...groups.values()];
}

function eventsOf(texts: readonly { way: 'forward' | 'undo'; text: string }[]): ScriptedEvent[] {
  const groups = new Map<string, ScriptedEvent>();
  for (const { way, text } of texts) {
    const known = groups.get(text) ?? { way, text, count: 0 };
    groups.set(text, { ...known, count: known.count + 1 });
  }
  return [...groups.values()];
}

/** Steps are named by their kind alone: `brick <id>` is a brick. */
function textOf({ type, data }: OperationEvent): string {
  const phase = 'phase' in data ? data.phase : '';
  const step = 'step' in data ? (data.step.split(' ')[0] ?? '') : '';
  return [type, phase, step].filter((word) => word !== '').join(' ');
}
