import { Deferred } from './deferred.js';

/** What goes wrong with a command. */
export type FaultAction =
  /** The command does nothing and reports this. */
  | { readonly kind: 'fail'; readonly exitCode: number; readonly stderr: string; readonly stdout?: string }
  /** The line reaches the node only when the rule is released; by then a fence may have risen. */
  | { readonly kind: 'stall' }
  /**
   * Nothing happens until the rule is released, the line's own `timeout` ends it (124), the connection closes, or a take-over
   * kills it: then it has had no effect, or half of it.
   */
  | { readonly kind: 'hang'; readonly killedMidway?: boolean }
  /** Takes effect only after this time, and then even if the caller has gone. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** The connection breaks and the command has no effect. */
  | { readonly kind: 'drop-before' }
  /** The connection breaks and the command stops half way: a pool without its LV, a half-made filesystem, marked bricks. */
  | { readonly kind: 'drop-midway' }
  /** The command takes effect, and the connection breaks before the answer. */
  | { readonly kind: 'drop-after' };

export interface FaultRule {
  readonly match: RegExp | ((line: string) => boolean);
  /** The first matching command that the rule takes, from 1. Default 1. */
  readonly nth?: number;
  /** How many commands it takes from there on. Default 1; Infinity: all. */
  readonly times?: number;
  readonly action: FaultAction;
}

export interface FaultHandle {
  /** How many commands the rule has taken. */
  readonly hits: number;
  /** Resolves when the rule takes its first command. */
  readonly firstHit: Promise<void>;
  /** Lets go of the commands that hang by this rule: they take effect now. The rule takes no more. */
  release(): void;
}

/** One command in the hands of a rule. */
export interface Fault {
  readonly action: FaultAction;
  readonly released: Promise<void>;
}

/** Where a command is when a rule is asked: each rule is for one of the two. */
type Place = 'on the way' | 'on the node';

class ArmedRule implements FaultHandle {
  hits = 0;
  private matches = 0;
  private spent = false;
  private readonly hit = new Deferred();
  private readonly letGo = new Deferred();
  readonly firstHit = this.hit.promise;

  constructor(private readonly rule: FaultRule) {}

  take(line: string, where: Place): Fault | null {
    const { match, nth = 1, times = 1, action } = this.rule;
    if (this.spent || (action.kind === 'stall') !== (where === 'on the way')) return null;
    if (!(match instanceof RegExp ? line.search(match) >= 0 : match(line))) return null;
    this.matches += 1;
    if (this.matches < nth || this.hits >= times) return null;
    this.hits += 1;
    this.hit.resolve();
    return { action, released: this.letGo.promise };
  }

  release(): void {
    this.spent = true;
    this.letGo.resolve();
  }
}

/** The faults of one node. Rules are asked in the order in which they were added; the first that takes a command has it. */
export class FaultPlan {
  private rules: ArmedRule[] = [];

  add(rule: FaultRule): FaultHandle {
    const armed = new ArmedRule(rule);
    this.rules.push(armed);
    return armed;
  }

  /** Forgets all rules and releases what hangs by them. */
  clear(): void {
    for (const rule of this.rules) rule.release();
    this.rules = [];
  }

  take(line: string, where: Place): Fault | null {
    for (const rule of this.rules) {
      const fault = rule.take(line, where);
      if (fault !== null) return fault;
    }
    return null;
  }
}
