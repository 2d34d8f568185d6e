import type { CommandRecord } from '#domain';
import type { Reason } from '#kernel';
import type { OperationTimeline, PhaseTimeline, StepTimeline, StepTry } from './operation-timeline.js';

/**
 * Why an operation failed, or is being undone, as a tree: phase, step, and what each node said to the command that failed. Of
 * a step that was tried several times the last failure counts. What could not be undone stands beside it.
 */
export function failureReasons({ phases }: Pick<OperationTimeline, 'phases'>): Reason[] {
  return phases.flatMap((phase) => {
    const bySteps = phase.steps.map(ofStep).filter((reasons) => reasons.length > 0);
    if (bySteps.length === 0) return [];
    return [{ rule: 'phase', detail: ofPhase(phase, bySteps.length), because: bySteps.flat() }];
  });
}

/** The same for those who may know what failed and not how: without the commands. */
export function withoutCommandReasons(reasons: readonly Reason[]): Reason[] {
  return reasons.map(({ because = [], ...reason }) => {
    const below = withoutCommandReasons(because.filter(({ rule }) => rule !== 'command'));
    return below.length === 0 ? reason : { ...reason, because: below };
  });
}

function ofPhase({ name, steps }: PhaseTimeline, failed: number): string {
  return `phase ${name}: ${failed} of ${steps.length} ${steps.length === 1 ? 'step' : 'steps'} failed`;
}

function ofStep({ name, tries }: StepTimeline): Reason[] {
  return (['forward', 'undo'] as const).flatMap((way) => {
    const last = tries.findLast((each) => each.way === way);
    // One that succeeded in the end is no reason for anything.
    if (last === undefined || last.outcome === 'succeeded') return [];
    const failures = tries.filter((each) => each.way === way && each.outcome === 'failed').length;
    const times = failures === 1 ? '' : ` (${failures} times, the last one here)`;
    const detail = `${way === 'undo' ? 'undoing ' : ''}step ${name}${times}: ${last.reason ?? ''}`;
    const because = ofCommands(last);
    return [{ rule: way === 'undo' ? 'undo' : 'step', detail, ...(because.length === 0 ? {} : { because }) }];
  });
}

function ofCommands({ commands }: StepTry): Reason[] {
  return commands
    .filter(({ exitCode }) => exitCode !== 0)
    .map((record) => ({ rule: 'command', detail: ofCommand(record) }));
}

function ofCommand({ node, command, exitCode, durationMs, stderr }: CommandRecord): string {
  const how = exitCode === null ? 'gave no exit code' : `ended with exit code ${exitCode}`;
  const said = stderr === undefined || stderr.trim() === '' ? '' : `: ${stderr.trim()}`;
  return `on ${node}: ${command} ${how} after ${durationMs} ms${said}`;
}
