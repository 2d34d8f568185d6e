/** docs/reference/crash-matrix.md, from what vitest reports of a run of all cases. */
import { cpus } from 'node:os';
import { format } from 'prettier';

const faults = {
  'kill-worker': 'kill worker',
  'kill-worker-orphan': 'kill worker, command goes on',
  'stall-worker': 'stall worker',
  'drop-database': 'drop database',
  'wipe-queue': 'wipe queue',
  'cut-ssh': 'cut SSH',
  'kill-api': 'kill API',
};

/** @param report vitest's JSON */
export async function reportOf(report, seed, durationMs) {
  const cases = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'passed' || status === 'failed')
    .flatMap(({ title, status }) => {
      const [variant, , boundary, fault, end] = title.split('/');
      return end === undefined ? [] : [{ title, variant, boundary, fault, passed: status === 'passed' }];
    });
  return format(page(cases, seed, durationMs), { parser: 'markdown', printWidth: 120 });
}

function page(cases, seed, durationMs) {
  const failed = cases.filter(({ passed }) => !passed);
  return `# Crash matrix

Every kind of operation, struck at every boundary by every fault: ${cases.length} cases, ${cases.length - failed.length} passed,
${failed.length} failed, ${Math.round(durationMs / 60_000)} minutes on ${cpus().length} cores, seed ${seed}. Made by
\`npm run test:chaos\`; \`npm test\` runs a sample of it. [How to replay a case](../how-to/replay-a-crash.md).

A case has passed when the operation has ended, every replica tells the same end as often as it is asked, nothing took effect
twice on a node, nodes, API and log agree, no space is lost, and the state is that of an undisturbed run.

${table(cases)}
${failed.length === 0 ? '' : `## Failed\n\n${failed.map(({ title }) => `- \`${title}\``).join('\n')}\n`}
${legend}`;
}

/** Rows: variant and boundary in the order of the run; a cell says how many ran, and how many of them failed. */
function table(cases) {
  const names = Object.keys(faults);
  const rows = new Map();
  for (const each of cases) {
    const key = `${each.variant} | ${each.boundary}`;
    rows.set(key, [...(rows.get(key) ?? []), each]);
  }
  const cell = (own) => {
    if (own.length === 0) return '';
    const failures = own.filter(({ passed }) => !passed).length;
    return failures === 0 ? String(own.length) : `${own.length}, **${failures} failed**`;
  };
  const line = (key, own) =>
    `| ${key} | ${names.map((fault) => cell(own.filter((each) => each.fault === fault))).join(' | ')} | ${cell(own)} |`;
  return [
    `| operation | boundary | ${names.map((fault) => faults[fault]).join(' | ')} | all |`,
    `| --- | --- | ${names.map(() => '---').join(' | ')} | --- |`,
    ...[...rows].map(([key, own]) => line(key, own)),
    line('**all** | ', cases),
    '',
  ].join('\n');
}

const legend = `## Boundaries

- **accept-before-commit, accept-after-append, accept-queued**: in the API, before its transaction commits, after it, and after the hint to the queue but before the answer.
- **queued**: the hint is in the queue, no worker has it. **taken**: a worker has it and has done nothing yet.
- **before-send**: the worker is about to send a command. **after-send**: the command is on the node and has had no effect yet. **after-effect**: the node is done and the worker has not seen the answer. Commands that only look are struck once.
- **before-commit**: everything is written but the commit. **after-append**: the event is committed and the worker does not know it.

## Faults

- **kill worker**: SIGKILL; another worker comes. With **command goes on** the command takes effect on the node after somebody else has taken over.
- **stall worker**: the process stands still for about three times its lease, also that of the queue's lock, and then goes on where it was.
- **drop database**: Postgres ends every session of the worker (of the API at its boundaries); after an append its answer is lost.
- **wipe queue**: FLUSHALL on Redis, TRUNCATE of the queue's tables on Postgres. Each case runs on one of the two, as its name and seed decide.
- **cut SSH**: the connection to the node breaks before the command, half way through it, or before its answer.
- **kill API**: SIGKILL of the replica that accepted the operation, at its boundaries or while it is polled; the end is read from another one.

\`-undone\`: a later step is refused for good, so that what was done has to be undone.
`;
