import { brickText, setCount, setSize } from '../../model/volume-layout.js';
import type { GlusterBrick, GlusterVolume } from '../../model/world.js';
import { done, type CommandResult } from '../program.js';
import { checkNewBricks, claimBricks } from './brick-checks.js';
import { failed, parseBrick, requireVolume, type GlusterCommand, type GlusterContext } from './gluster-command.js';
import { keywords } from './volume-create.js';

/** `volume add-brick NAME [replica n] BRICK... [force]`; a change of the replica count is not simulated. */
export const addBrick: GlusterCommand = (context, [name = '', ...words]) => {
  const what = 'volume add-brick';
  const force = words.at(-1) === 'force';
  const { counts, rest } = keywords(force ? words.slice(0, -1) : words);
  const bricks = rest.map(parseBrick);
  const volume = requireVolume(context, what, name);
  const size = setSize(volume.layout);
  const replica = Number(counts.get('replica') ?? volume.layout.replicaCount);
  if (replica !== volume.layout.replicaCount) failed(what, `Changing the replica count of ${name} is not simulated`);
  if (bricks.length === 0 || bricks.length % size !== 0) {
    failed(what, `Incorrect number of bricks supplied ${bricks.length} with count ${size}`);
  }
  checkNewBricks(context, what, volume.layout, bricks, force);
  claimBricks(context, bricks, volume.id);
  volume.bricks.push(...bricks);
  return done('volume add-brick: success\n');
};

type RemoveStep = (context: GlusterContext, volume: GlusterVolume, bricks: readonly GlusterBrick[]) => CommandResult;

/** `volume remove-brick NAME [replica n] BRICK... force | start | status | commit`: whole sets. */
export const removeBrick: GlusterCommand = (context, [name = '', ...words]) => {
  const verb = words.at(-1) ?? '';
  const step = REMOVE_STEPS[verb];
  if (step === undefined) return failed('volume remove-brick', `${verb} is not simulated`);
  const bricks = keywords(words.slice(0, -1)).rest.map(parseBrick);
  const what = verb === 'force' ? 'volume remove-brick commit force' : `volume remove-brick ${verb}`;
  const volume = requireVolume(context, what, name);
  checkLeaving(what, volume, bricks);
  return step(context, volume, bricks);
};

function checkLeaving(what: string, volume: GlusterVolume, bricks: readonly GlusterBrick[]): void {
  const { kind } = volume.layout;
  const size = setSize(volume.layout);
  for (const brick of bricks) {
    if (!volume.bricks.some((each) => brickText(each) === brickText(brick))) {
      failed(what, `Incorrect brick ${brickText(brick)} for volume ${volume.name}`);
    }
  }
  if (bricks.length === volume.bricks.length) failed(what, 'Deleting all the bricks of the volume is not allowed');
  if (bricks.length % size !== 0) {
    const kindWord = kind === 'replicate' ? 'replica' : kind;
    failed(what, `Remove brick incorrect brick count of ${bricks.length} for ${kindWord} ${size}`);
  }
  if (!wholeSets(volume, new Set(bricks.map(brickText)))) {
    failed(what, `Bricks not from same subvol for ${kind === 'replicate' ? 'replica' : kind}`);
  }
}

/** Data is not simulated: there is nothing to move off a brick, so what was started is over. */
const REMOVE_STEPS: Readonly<Record<string, RemoveStep>> = {
  force: (_context, volume, bricks) => {
    drop(volume, bricks);
    return done('volume remove-brick commit force: success\n');
  },
  start: ({ ids }, volume, bricks) => {
    volume.leaving = bricks.map(brickText);
    return done(`volume remove-brick start: success\nID: ${ids.uuid()}\n`);
  },
  status: () => done('completed\n'),
  commit: (_context, volume, bricks) => {
    const early = bricks.find((brick) => !(volume.leaving ?? []).includes(brickText(brick)));
    if (early !== undefined) {
      failed(
        'volume remove-brick commit',
        `Brick ${brickText(early)} is not decommissioned. Use start or force option`,
      );
    }
    drop(volume, bricks);
    return done('volume remove-brick commit: success\n');
  },
};

function drop(volume: GlusterVolume, bricks: readonly GlusterBrick[]): void {
  const removed = new Set(bricks.map(brickText));
  volume.bricks = volume.bricks.filter((brick) => !removed.has(brickText(brick)));
  volume.leaving = (volume.leaving ?? []).filter((text) => !removed.has(text));
}

function wholeSets(volume: GlusterVolume, removed: ReadonlySet<string>): boolean {
  const size = setSize(volume.layout);
  return Array.from({ length: setCount(volume) }, (_, set) => volume.bricks.slice(set * size, (set + 1) * size)).every(
    (set: readonly GlusterBrick[]) => {
      const gone = set.filter((brick) => removed.has(brickText(brick))).length;
      return gone === 0 || gone === set.length;
    },
  );
}
