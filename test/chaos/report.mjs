/** docs/reference/crash-matrix.md, from what vitest reports of a run of all cases. */
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

/** As an operation comes by them. */
const boundaries = [
  'accept-before-commit',
  'accept-after-append',
  'accept-queued',
  'queued',
  'taken',
  'before-send',
  'after-send',
  'after-effect',
  'before-commit',
  'after-append',
];

/**
 * @param results vitest's JSON, of every process that had a share in the run
 * @param run.all whether all cases were to be run
 * @returns {Promise<string>} Markdown
 * @throws Error where a process ended before its cases
 */
export async function reportOf(results, run) {
  const tests = results.flatMap(({ testResults }) => testResults).flatMap(testsOf);
  const isCase = ({ title }) => title.split('/').length === NAME_PARTS;
  const stalled = tests.filter((test) => !isCase(test));
  return format(page(tests.filter(isCase).map(caseOf), stalled, run), { parser: 'markdown', printWidth: 120 });
}

const NAME_PARTS = 5;

function testsOf({ name, status, message, assertionResults }) {
  if (status === 'failed' && assertionResults.length === 0) throw new Error(`${name}: ${message}`);
  return assertionResults.filter((test) => test.status === 'passed' || test.status === 'failed');
}

function caseOf({ title, ancestorTitles, status }) {
  const [variant, , boundary, fault] = title.split('/');
  const queue = /on the (\w+) queue/.exec(ancestorTitles.join(' '))?.[1];
  return { title, variant, boundary, fault, queue, passed: status === 'passed' };
}

function page(cases, stalled, { all, seed, durationMs }) {
  const failed = cases.filter(({ passed }) => !passed);
  const on = (queue) => cases.filter((each) => each.queue === queue).length;
  const passedOf = (tests) => tests.filter(({ status }) => status === 'passed').length;
  return `# Crash matrix

${all ? 'Every' : '**A sample, not the whole matrix.** Every'} kind of operation, struck at every boundary by every fault. Made by
\`npm run test:chaos\`; \`npm test\` runs a sample with another seed every time.

| run | |
| --- | --- |
| cases | ${cases.length}: ${on('redis')} with the queue on Redis, ${on('postgres')} on Postgres |
| passed | ${cases.length - failed.length} |
| failed | ${failed.length} |
| seed | ${seed} |
| duration | ${Math.ceil(durationMs / 60_000)} minutes |
| again | \`npm run test:chaos -- ${all ? '' : `--sample --count ${cases.length} `}--seed ${seed}\` |
| one case again | \`npm run test:chaos -- --case ${cases[0]?.title}\`, see [how to replay a crash](../how-to/replay-a-crash.md) |

A case has passed when the operation has ended, every replica tells the same end as often as it is asked, nothing took effect
twice on a node, nodes, API and log agree (\`brickyard drift\`, \`brickyard db check\`: no space is lost, every sum is right), and
the state is that of an undisturbed run.

${table(cases)}
${failed.length === 0 ? '' : `## Failed\n\n${failed.map(({ title }) => `- \`npm run test:chaos -- --case ${title}\``).join('\n')}\n`}
## A worker that stalls

Next to the matrix a worker is frozen in front of a command, or with a command on its way, for longer than its lease, while
another one finishes; then it goes on. Its command must have no effect on any node. ${passedOf(stalled)} of ${stalled.length}
passed, on both queues.

${legend}`;
}

/** Rows: variant and boundary; a cell says how many ran, and how many of them failed. */
function table(cases) {
  const names = Object.keys(faults);
  const rows = new Map();
  const place = ({ boundary }) => boundaries.indexOf(boundary);
  const inOrder = cases.toSorted((a, b) =>
    a.variant === b.variant ? place(a) - place(b) : a.variant < b.variant ? -1 : 1,
  );
  for (const each of inOrder) {
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
    line('**all** |', cases),
    '',
  ].join('\n');
}

const legend = `## What is covered

Every boundary of every command and every event, there and back, by every fault that can be told apart there. Left out is
what would be the same case again:

- A command that only looks is struck after its answer only: at its other boundaries nothing has happened yet.
- Steps that run in parallel are struck at one of them, the one that the seed says.
- Phases that several operations share (the bricks of an expansion and of a cleanup are those of a creation and of a deletion)
  are struck command by command in one of these operations; in the others each fault strikes each boundary at one command, the
  one that the seed says.
- The API has no part in what a worker does: its replica is killed at every command that is on a node, and once at each other
  boundary of the worker.
- SSH is cut while a command is under way; at an append none is.
- Each case runs on one of the two queues, as its name and seed decide.

## Boundaries

- **accept-before-commit, accept-after-append, accept-queued**: in the API, before its transaction commits, after it, and after the hint to the queue but before the answer.
- **queued**: the hint is in the queue, no worker has it. **taken**: a worker has it and has done nothing yet.
- **before-send**: the worker is about to send a command. **after-send**: the command is on the node and has had no effect yet. **after-effect**: the node is done and the worker has not seen the answer.
- **before-commit**: everything is written but the commit. **after-append**: the event is committed and the worker does not know it.

## Faults

- **kill worker**: SIGKILL; another worker comes. With **command goes on** the command takes effect on the node after somebody else has taken over.
- **stall worker**: the process stands still for about three times its lease, also that of the queue's lock, and then goes on where it was.
- **drop database**: Postgres ends every session of the worker (of the API at its boundaries); after an append its answer is lost.
- **wipe queue**: FLUSHALL on Redis, TRUNCATE of the queue's tables on Postgres.
- **cut SSH**: the connection to the node breaks before the command, half way through it, or before its answer.
- **kill API**: SIGKILL of the replica that accepted the operation, at its boundaries or while it is polled; the end is read from another one.

\`-undone\`: a later step is refused for good, so that what was done has to be undone.
`;
