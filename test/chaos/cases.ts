import { onlyLooks, patternOf } from './commands.js';
import type { Passage } from './chaos-process.js';
import { chosen } from './random.js';
import { isUndone, type Variant } from './scenarios.js';
import type { Script, ScriptedCommand, ScriptedEvent } from './script.js';
import type { Backend } from './world.js';

/** What goes wrong. */
export const faults = [
  'kill-worker',
  /** The same, and the command that it had sent goes on without it and takes effect late. */
  'kill-worker-orphan',
  'stall-worker',
  'drop-database',
  'wipe-queue',
  'cut-ssh',
  'kill-api',
] as const;
export type Fault = (typeof faults)[number];

/** Where in the life of an operation. Commands: until after-effect; appends: before-commit and after-append. */
export const boundaries = [
  'taken',
  'before-send',
  'after-send',
  'after-effect',
  'before-commit',
  'after-append',
  'accept-before-commit',
  'accept-after-append',
  'accept-queued',
  'queued',
] as const;
export type Boundary = (typeof boundaries)[number];

/** The place at which a fault strikes: the nth passage of the boundary by what matches. */
export interface Place {
  readonly boundary: Boundary;
  /** Phase and command, or event; `-` where there is only one. */
  readonly what: string;
  readonly pattern: RegExp;
  readonly first: number;
  readonly count: number;
}

export interface ChaosCase {
  readonly variant: Variant;
  readonly place: Place;
  readonly fault: Fault;
  readonly seed: string;
  /** `variant/what/boundary/fault/seed`: all that is needed to do it again. */
  readonly name: string;
  /** Which of several parallel steps is struck. */
  readonly nth: number;
  readonly backend: Backend;
}

const NAME_PARTS = 5;
const AFTER_PHASE = ':';

const phaseOf = ({ what }: Place): string => what.split(AFTER_PHASE)[0] ?? what;

/** A worker is struck in all of these ways, wherever it is. */
const ofWorkers: readonly Fault[] = ['kill-worker', 'stall-worker', 'drop-database', 'wipe-queue'];
const everything = /(?:)/;

/** Every case of a variant, from what it does when it is left alone. */
export function casesOf(variant: Variant, script: Script, seed: string): ChaosCase[] {
  const commands = script.commands.flatMap((command) => ofCommand(variant, command));
  const events = script.events.flatMap((event) => ofEvent(variant, event));
  const begin = isUndone(variant) ? [] : ofBeginning(variant, script.events.length > 0);
  const strikes = [...begin, ...withoutShared(variant, commands, seed), ...events];
  const all = [...strikes, ...killsOfApi(variant, strikes, seed)];
  return all.map(({ place, fault }) => caseOf(variant, place, fault, seed));
}

/** Of the commands of a shared phase one is left for each boundary and fault. */
function withoutShared({ name, shares = [] }: Variant, commands: readonly Strike[], seed: string): Strike[] {
  const wayOf = ({ place, fault }: Strike): string => `${phaseOf(place)}/${place.boundary}/${fault}`;
  return groups(commands, wayOf).flatMap(([way, all]) =>
    shares.includes(way.split('/')[0]!) ? oneOf(all, seed, name, way) : all,
  );
}

/** A client's replica has no part in what a worker does: for each boundary it is killed once. */
function killsOfApi({ name }: Variant, strikes: readonly Strike[], seed: string): Strike[] {
  const ofWorker = strikes.filter(({ place, fault }) => fault === 'kill-worker' && place.boundary !== 'after-send');
  return groups(ofWorker, ({ place }) => place.boundary).flatMap(([boundary, all]) =>
    oneOf(all, seed, name, boundary).map(({ place }) => ({ place, fault: 'kill-api' as const })),
  );
}

function groups(strikes: readonly Strike[], keyOf: (strike: Strike) => string): [string, Strike[]][] {
  const byKey = new Map<string, Strike[]>();
  for (const strike of strikes) byKey.set(keyOf(strike), [...(byKey.get(keyOf(strike)) ?? []), strike]);
  return [...byKey];
}

function oneOf(strikes: readonly Strike[], ...words: readonly string[]): Strike[] {
  const nth = chosen(strikes.length, ...words);
  return strikes.slice(nth, nth + 1);
}

type Strike = { readonly place: Place; readonly fault: Fault };

/** The way there of what is undone is another variant's; here it matters only what a late command does to the undo. */
function ofCommand(variant: Variant, { way, phase, label, first, count }: ScriptedCommand): Strike[] {
  if (label === variant.obstacle?.label || label === variant.cancelDuring) return [];
  const at = (boundary: Boundary): Place => {
    const what = `${way === 'undo' ? 'undo-' : ''}${phase}${AFTER_PHASE}${label.replaceAll(' ', '_')}`;
    return { boundary, what, pattern: patternOf(label), first, count };
  };
  const strikes = (boundary: Boundary, ...which: readonly Fault[]): Strike[] =>
    which.map((fault) => ({ place: at(boundary), fault }));
  if (isUndone(variant) && way === 'forward') {
    if (onlyLooks(label)) return [];
    return [...strikes('before-send', 'stall-worker'), ...strikes('after-send', 'kill-worker-orphan')];
  }
  if (onlyLooks(label)) return strikes('after-effect', ...ofWorkers);
  return [
    ...strikes('before-send', ...ofWorkers, 'cut-ssh'),
    ...strikes('after-send', ...ofWorkers, 'kill-worker-orphan', 'cut-ssh', 'kill-api'),
    ...strikes('after-effect', ...ofWorkers, 'cut-ssh'),
  ];
}

function ofEvent(variant: Variant, { way, text, count }: ScriptedEvent): Strike[] {
  if (isUndone(variant) && way === 'forward' && !/^(StepFailed|Operation(Succeeded|Failed))/.test(text)) return [];
  const pattern = new RegExp(`^${text}(\\s|$)`);
  return (['before-commit', 'after-append'] as const).flatMap((boundary) =>
    ofWorkers.map((fault) => ({
      place: { boundary, what: text.replaceAll(' ', ':'), pattern, first: 1, count },
      fault,
    })),
  );
}

/** Between the request and the worker's first word. */
function ofBeginning({ kind }: Variant, isCarriedOut: boolean): Strike[] {
  const at = (boundary: Boundary): Place => ({ boundary, what: '-', pattern: everything, first: 1, count: 1 });
  const taken = ofWorkers.map((fault) => ({ place: at('taken'), fault }));
  const queued: Strike[] = [{ place: at('queued'), fault: 'wipe-queue' }, ...taken];
  // Nobody asks the API for one.
  if (kind === 'cleanup') return queued;
  const accepting = (['accept-before-commit', 'accept-after-append', 'accept-queued'] as const)
    .filter((boundary) => isCarriedOut || boundary !== 'accept-queued')
    .flatMap((boundary): Strike[] =>
      boundary === 'accept-queued'
        ? [{ place: at(boundary), fault: 'kill-api' }]
        : [
            { place: at(boundary), fault: 'kill-api' },
            { place: at(boundary), fault: 'drop-database' },
          ],
    );
  return isCarriedOut ? [...accepting, ...queued] : accepting;
}

/** Both are covered, each case by one of them. */
export function backendOf(name: string): Backend {
  return chosen(2, name, 'backend') === 0 ? 'redis' : 'postgres';
}

export function isWholeName(text: string): boolean {
  return text.split('/').length === NAME_PARTS;
}

function caseOf(variant: Variant, place: Place, fault: Fault, seed: string): ChaosCase {
  const name = [variant.name, place.what, place.boundary, fault, seed].join('/');
  return {
    variant,
    place,
    fault,
    seed,
    name,
    nth: place.first + chosen(place.count, name, 'nth'),
    backend: backendOf(name),
  };
}

/** Where the process that carries out the operation is held. */
export function passageOf({ place, nth }: ChaosCase): Passage {
  const { boundary, pattern } = place;
  switch (boundary) {
    case 'taken':
    case 'before-send':
    case 'after-effect':
    case 'before-commit':
    case 'after-append':
      return { boundary, pattern, nth };
    case 'accept-before-commit':
      return { boundary: 'before-commit', pattern: /^OperationAccepted/, nth };
    case 'accept-after-append':
      return { boundary: 'after-append', pattern: /^OperationAccepted/, nth };
    case 'accept-queued':
      return { boundary: 'queued', pattern, nth };
    case 'after-send':
    case 'queued':
      throw new Error(`no process is held at ${boundary}`);
  }
}
