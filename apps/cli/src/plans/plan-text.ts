import { KIB_PER_GIB } from '#kernel';
import type { Page } from '../output/output.js';
import { reasonTree } from '../output/reason-tree.js';
import { table } from '../output/table.js';
import { hanging } from '../output/wrap.js';
import type { RemovalPlan, VolumePlan } from './plan-answers.js';

/** Bricks where they would be, what would be done, and what for it would wait; or why it cannot be. */
export function volumePlanText(plan: VolumePlan, page: Page, withCommands: boolean): string {
  const { style, width } = page;
  if (!plan.feasible) {
    const { detail = '', reasons = [] } = plan.problem;
    return `${hanging(`${style.bad('not feasible')}  `, detail, width)}\n${reasonTree(reasons, width, '  ')}`;
  }
  const { kind, sizeGiB, clusterId, brickSets } = plan;
  const rows = brickSets.flatMap((set, index) =>
    set.map(({ nodeId, zone, deviceId, role, totalKiB }) => [
      String(index + 1),
      gib(totalKiB),
      role,
      String(zone),
      nodeId,
      deviceId,
    ]),
  );
  const bricks = table(['set', 'takes', 'role', 'zone', 'node', 'device'], rows, width, style);
  const head = hanging(
    `${style.good('feasible')}  `,
    `${kind}: ${sizeGiB} GiB in the end, cluster ${clusterId}`,
    width,
  );
  return `${head}\n\n${bricks}\n${carriedOutText(plan, page, withCommands)}`;
}

/** The requests that it takes, in their order, and what is in the way. */
export function removalPlanText(plan: RemovalPlan, page: Page, withCommands: boolean): string {
  const { style, width } = page;
  const requests = plan.requests.map(({ method, path, body, accepted, refusal }) => {
    const asked = `${method} ${path}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`;
    const word = accepted ? style.good('accepted  ') : style.bad('refused   ');
    const why = refusal === undefined ? '' : `: ${refusal.detail}`;
    return `${hanging(word, `${asked}${why}`, width)}\n${reasonTree(refusal?.reasons ?? [], width, '  ')}`;
  });
  const { count, ids } = plan.volumes;
  const volumes = count === 0 ? '' : `${hanging('', `${count} volumes have bricks there: ${ids.join(', ')}`, width)}\n`;
  const head = plan.feasible ? style.good('feasible') : style.bad('not feasible');
  return `${head}\n\n${requests.join('')}${volumes}${plan.feasible ? `\n${carriedOutText(plan, page, withCommands)}` : ''}`;
}

function carriedOutText(
  { phases, lanes }: Pick<RemovalPlan, 'phases' | 'lanes'>,
  { style, width }: Page,
  withCommands: boolean,
): string {
  const steps = phases.map(({ name, steps: number, pointOfNoReturn, commands }) => {
    const noWayBack = pointOfNoReturn ? style.odd(', from here on there is no way back') : '';
    const ran = withCommands ? commands.map((command) => `${hanging('    $ ', command, width)}\n`) : [];
    return `  ${style.bold(name)}: ${number === 1 ? '1 step' : `${number} steps`}${noWayBack}\n${ran.join('')}`;
  });
  const waits = lanes.flatMap(({ resource, operations }) =>
    operations.map(
      ({ operationId, kind, status }) => `  waits for ${kind} ${operationId} (${status}): both want ${resource}\n`,
    ),
  );
  return `${steps.join('')}${waits.join('')}`;
}

const gib = (kib: number): string => `${(kib / KIB_PER_GIB).toFixed(2)} GiB`;
