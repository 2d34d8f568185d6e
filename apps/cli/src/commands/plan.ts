import { Command, InvalidArgumentError, Option } from 'commander';
import { findObject, type HistoryKind } from '../history/find-object.js';
import type { RemovalPlan, VolumePlan } from '../plans/plan-answers.js';
import { removalPlanText, volumePlanText } from '../plans/plan-text.js';
import { wholeNumber } from './arguments.js';
import { askCommand, asking, type AskOptions } from './ask.js';

interface PlanOptions extends AskOptions {
  readonly commands?: true;
}

interface CreateOptions extends PlanOptions {
  readonly size: number;
  readonly name?: string;
  readonly replica?: number;
  readonly disperse?: { readonly data: number; readonly redundancy: number };
  readonly cluster?: readonly string[];
  readonly snapshotFactor?: number;
}

/** `brickyard plan`: what a request would lead to, without doing it. */
export function planCommand(): Command {
  const volume = new Command('volume').description('of volumes').addCommand(createPlan()).addCommand(expandPlan());
  return new Command('plan')
    .description('what a request would lead to, or why it would be refused; changes nothing')
    .addCommand(volume.addCommand(deletePlan()))
    .addCommand(new Command('device').description('of devices').addCommand(removePlan('device', 'id')))
    .addCommand(new Command('node').description('of nodes').addCommand(removePlan('node', 'id or manage hostname')));
}

const planned = (name: string, description: string): Command =>
  askCommand(name).description(description).option('--commands', 'also the commands that would be run on nodes');

function createPlan(): Command {
  return planned('create', 'where the bricks of a new volume would be')
    .requiredOption('--size <GiB>', 'of the volume', wholeNumber)
    .option('--name <name>', 'of the volume')
    .addOption(new Option('--replica <copies>', 'so many copies of everything').argParser(wholeNumber))
    .addOption(new Option('--disperse <data+redundancy>', 'such as 4+2').argParser(dispersion).conflicts('replica'))
    .option('--cluster <id...>', 'only in these clusters')
    .option('--snapshot-factor <factor>', 'room for snapshots', positive)
    .action(async (options: CreateOptions) => {
      await planVolume('/v1/volumes:plan', wanted(options), options);
    });
}

function wanted({
  size: sizeGiB,
  name,
  replica,
  disperse,
  cluster: clusterIds,
  snapshotFactor: factor,
}: CreateOptions): unknown {
  return {
    sizeGiB,
    name,
    clusterIds,
    ...(replica === undefined ? {} : { durability: { type: 'replicate', replica } }),
    ...(disperse === undefined ? {} : { durability: { type: 'disperse', ...disperse } }),
    ...(factor === undefined ? {} : { snapshot: { enable: true, factor } }),
  };
}

function expandPlan(): Command {
  return planned('expand', 'where the bricks would be that a volume grows by')
    .argument('<volume>', 'id or name')
    .requiredOption('--add <GiB>', 'by how much', wholeNumber)
    .action(async (volume: string, options: PlanOptions & { readonly add: number }) => {
      await planVolume((id) => `/v1/volumes/${id}:plan-expand`, { addGiB: options.add }, options, volume);
    });
}

function deletePlan(): Command {
  return planned('delete', 'what the deletion of a volume would do')
    .argument('<volume>', 'id or name')
    .action(async (volume: string, options: PlanOptions) => {
      await planVolume((id) => `/v1/volumes/${id}:plan-delete`, undefined, options, volume);
    });
}

async function planVolume(
  path: string | ((id: string) => string),
  body: unknown,
  options: PlanOptions,
  volume = '',
): Promise<void> {
  await asking(options, async ({ client, page, print }) => {
    const to = typeof path === 'string' ? path : path(await findObject(client, 'volume', volume));
    const plan: VolumePlan = await client.post(to, body);
    print(plan, () => volumePlanText(plan, page, options.commands ?? false));
    return plan.feasible ? undefined : 'refused';
  });
}

function removePlan(kind: HistoryKind, what: string): Command {
  return planned('remove', `what it takes to remove a ${kind}, and what is in the way`)
    .argument(`<${kind}>`, what)
    .action(async (word: string, options: PlanOptions) =>
      asking(options, async ({ client, page, print }) => {
        const id = await findObject(client, kind, word);
        const plan: RemovalPlan = await client.post(`/v1/${kind}s/${id}:plan-remove`);
        print(plan, () => removalPlanText(plan, page, options.commands ?? false));
        return plan.feasible ? undefined : 'refused';
      }),
    );
}

/** @throws InvalidArgumentError */
function dispersion(text: string): { data: number; redundancy: number } {
  const [, data, redundancy] = /^(\d{1,3})\+(\d{1,3})$/.exec(text) ?? [];
  if (data === undefined) throw new InvalidArgumentError('It has to be DATA+REDUNDANCY, such as 4+2.');
  return { data: Number(data), redundancy: Number(redundancy) };
}

/** @throws InvalidArgumentError */
function positive(text: string): number {
  if (/^\d{1,3}(\.\d{1,4})?$/.test(text) && Number(text) >= 1) return Number(text);
  throw new InvalidArgumentError('It has to be a number from 1.');
}
