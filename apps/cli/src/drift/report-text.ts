import { isDrift, type Difference, type DriftReport, type OperationReference, type Owner } from '#drift';

/** What of a report is shown beside the drift itself. */
export interface Shown {
  readonly foreign: boolean;
  readonly inFlight: boolean;
}

/** Drift first and whole; then what nobody has to do anything about. */
export function shownDifferences({ differences }: DriftReport, shown: Shown): readonly Difference[] {
  return differences.filter(
    ({ problem }) => (problem !== 'foreign' || shown.foreign) && (problem !== 'in-flight' || shown.inFlight),
  );
}

/** For people: the verdict, what could not be looked at, then one block for each difference. */
export function driftText(report: DriftReport, shown: Shown): string {
  const { uninspected, unsettled } = report;
  const differences = shownDifferences(report, shown);
  const away = uninspected.map(({ host, nodeId, reason }) => `NOT INSPECTED  ${host} (node ${nodeId})\n  ${reason}\n`);
  const remedies = differences.some(({ remedy }) => remedy.commands.length > 0);
  const parts = [
    `${verdict(report)}\n`,
    ...away,
    ...differences.map(block),
    ...(remedies ? ['The commands are in the order in which they work. Look again when they are done.\n'] : []),
    ...(unsettled > 0 ? [`${things(unsettled)} changed while the nodes were looked at: look again for them.\n`] : []),
  ];
  return parts.join('\n');
}

function verdict({ differences, uninspected, inspected }: DriftReport): string {
  const drift = differences.filter(isDrift);
  const looked = `${inspected === 1 ? '1 node' : `${inspected} nodes`} inspected`;
  const away = uninspected.length === 0 ? '' : `, ${uninspected.length} not or not wholly`;
  if (drift.length > 0) {
    const counts = (['leaked', 'missing', 'different'] as const)
      .map((problem) => ({ problem, count: drift.filter((each) => each.problem === problem).length }))
      .filter(({ count }) => count > 0);
    return `${looked}${away}: ${counts.map(({ problem, count }) => `${count} ${problem}`).join(', ')}`;
  }
  if (uninspected.length > 0) return `${looked}${away}: nothing found on the others`;
  return inspected === 0
    ? 'no nodes to inspect: there are none, or the executor is mock'
    : `${looked}: clean, they hold exactly what the read model says`;
}

const things = (count: number): string => (count === 1 ? '1 thing has' : `${count} things have`);

function block({ problem, kind, what, host, expected, found, owner, remedy }: Difference): string {
  const lines: readonly (readonly [string, string])[] = [
    ['on', host],
    ...(expected === null ? [] : [['should be', expected] as const]),
    ...(found === null ? [] : [['is', found] as const]),
    ...(problem === 'foreign' ? [] : [['whose', whose(owner)] as const]),
    ['remedy', remedy.advice],
    ...remedy.commands.map((command) => ['', command] as const),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  const body = lines.map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`).join('');
  return `${problem.toUpperCase()}  ${kind}  ${what}\n${body}`;
}

function whose(owner: Owner | null): string {
  if (owner === null) return 'nobody the log knows';
  const { kind, id, name, brickId, made, ended } = owner;
  const object = `${kind} ${name} (${id})`;
  const part = brickId === null ? object : `brick ${brickId} of ${object}`;
  return [part, made === null ? '' : `made by ${operation(made)}`, ended === null ? '' : `ended by ${operation(ended)}`]
    .filter((text) => text !== '')
    .join(', ');
}

function operation({ kind, operationId, at }: OperationReference): string {
  return `${kind ?? 'operation'} ${operationId} at ${at.toISOString()}`;
}
