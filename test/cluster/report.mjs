/** docs/reference/history-check.md, from what the scenarios tell. */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { format } from 'prettier';

/**
 * @param facts of each scenario: its name, what disturbed it, its numbers
 * @param run `seed`, `seconds` of each kill storm, `minutes` that all of it took
 */
export async function reportOf(facts, run) {
  return format(page(facts, run), { parser: 'markdown', printWidth: 128 });
}

/** What a program says of its version. */
function versionOf(program, args, pattern) {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const said = execFileSync(program, args, { encoding: 'utf8', env });
  return pattern.exec(said)?.[1] ?? 'of a version that it does not tell';
}

const count = (number) => number.toLocaleString('en-GB');
const signed = (ms) => `${ms > 0 ? '+' : ms < 0 ? '−' : ''}${Math.abs(ms)} ms`;

function page(facts, { seed, seconds, minutes }) {
  const histories = facts.filter(({ numbers }) => numbers.histories !== undefined);
  const sum = (name) => count(histories.reduce((total, { numbers }) => total + numbers[name], 0));
  const flush = facts.find(({ numbers }) => numbers.addedP99Ms !== undefined);
  const kit = facts.find(({ numbers }) => numbers.conversations !== undefined);
  const haproxy = versionOf('haproxy', ['-v'], /version ([\d.]+)/);
  const redis = versionOf('redis-server', ['--version'], /v=(\S+)/);
  return `# History check

Written by \`npm run test:history\`. The product runs as an operator runs it, with the settings that it is shipped with: three
\`brickyard api\` and three \`brickyard worker\` processes, haproxy before them ([haproxy.cfg](../../test/cluster/haproxy.cfg), each
line says why it is there), Postgres, Redis, six storage nodes that are simulated behind real SSH. 16 clients as Heketi's create,
expand, delete and read volumes, half of them with an \`Idempotency-Key\`, while processes are killed, stopped and wiped. Every
request and every answer is written down, and afterwards everything that anybody saw has to be explained.

The last run: ${new Date().toISOString().slice(0, 10)}, seed ${seed}, ${seconds} s under kill -9 on each queue, ${minutes} minutes
in all, on ${cpus().length} cores with Node ${process.versions.node}, haproxy ${haproxy}, Redis ${redis}. **No violation** in
${sum('exchanges')} requests and the histories of ${sum('histories')} volumes.

| scenario | disturbed by | under load | requests | volumes | steps of their histories | changes whose answer was lost |
| --- | --- | --- | --- | --- | --- | --- |
${histories.map(row).join('\n')}

${kit === undefined ? '' : `Besides, the ${kit.numbers.conversations} conversations that were recorded from Heketi are answered alike through haproxy, each request by another replica.`}

${flush === undefined ? '' : flushed(flush.numbers)}
${rules}
${repeat(seed, seconds)}`;
}

const row = ({ scenario, disturbed, numbers }) =>
  `| ${[
    scenario,
    disturbed,
    numbers.loadSeconds === undefined ? '' : `${numbers.loadSeconds} s`,
    ...['exchanges', 'histories', 'operations', 'unknown'].map((name) => count(numbers[name])),
  ].join(' | ')} |`;

const flushed = (numbers) => `## What a wiped queue costs

FLUSHALL of Redis came when all creations of a burst were accepted and at least ${numbers.leastUnderWay} of them were under way,
the workers' hands full and the rest in the queue. All ended well. Undisturbed, half of a burst takes up to ${numbers.calmP50Ms} ms
from POST to the end that the client sees, 99 of 100 up to ${numbers.calmP99Ms} ms.

| added delay | p50 | p99 | most | operations |
| --- | --- | --- | --- | --- |
| FLUSHALL | ${signed(numbers.addedP50Ms)} | **${signed(numbers.addedP99Ms)}** | ${signed(numbers.addedMostMs)} | ${count(numbers.interrupted)} |
| none (chance) | ${signed(numbers.chanceP50Ms)} | ${signed(numbers.chanceP99Ms)} | ${signed(numbers.chanceMostMs)} | ${count(numbers.undisturbed)} |

Each operation that was under way at the wipe is compared with those that were accepted in the same place of undisturbed bursts,
one before and one after each wiped one; minus means that it was faster. The second line is each undisturbed burst against the
others: what is in the first line and not more than that is chance.
`;

const rules = `## What is checked

**Each volume's history has an order.** A change begins at one instant (its acceptance, between the POST and its 202) and ends at
a later one (before the poll that told so, and after the last one that said pending). A volume that is being created or deleted
is hidden, its name is taken; one that expands shows its old size until the end. Reads, lists, the lists of clusters and refusals
(\`Id not found\`, a name in use, a volume in use) each happen at one instant between request and answer. A change whose answer
was lost takes place at any later time, or never. The search for such an order is that of Wing and Gong with Lowe's memory, as
porcupine has it; it lives in \`test/cluster/history\` and is tested against trying every order.

**Answers are those that the wire defines**, status and text, for every request. A 503 of the API or of haproxy means that nothing
was changed, but for the one text that says otherwise. An operation that was acknowledged is never unknown, ends, and ends the
same for everybody who asks; nobody sees it pending again. One \`Idempotency-Key\` is one operation. Every device that anybody
reads has free + used = total. Without a death (rolling restart, FLUSHALL) no connection is lost, and no answer is a 429, 502,
503 or 504.

**Afterwards**: no accepted change has failed, as the nodes are well; \`brickyard db check\` agrees; nodes hold the bricks, mounts,
fstab lines and Gluster volumes that the API tells, and no others. Then every volume is deleted, and nodes hold nothing and all
space is free.
`;

const repeat = (seed, seconds) => `## To repeat it

\`npm run test:history -- --seed ${seed} --seconds ${seconds}\`. \`--file NAME\` plays one of \`test/cluster/*.cluster.spec.ts\`,
\`--test TEXT\` the tests with this text in their name, \`--short\` the form that \`npm test\` has. A failed test prints the command
that repeats it: with its seed the same clients want the same things and the same processes are chosen; how their requests meet
in time is up to the machine.

To see that it finds something: keep the result of \`GetVolumeHandler\` for a second and a half.
`;
