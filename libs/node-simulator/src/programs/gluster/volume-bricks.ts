import { brickText, setCount, setSize } from '../../model/volume-layout.js';
import type { GlusterBrick, GlusterVolume } from '../../model/world.js';
import { done } from '../program.js';
import { checkNewBricks, claimBricks } from './brick-checks.js';
import { failed, parseBrick, requireVolume, type GlusterCommand } from './gluster-command.js';
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

/** `volume remove-brick NAME [replica n] BRICK... force`: whole sets go at once, without migration of data. */
export const removeBrick: GlusterCommand = (context, [name = '', ...words]) => {
  const what = 'volume remove-brick commit force';
  if (words.at(-1) !== 'force') return failed('volume remove-brick', 'only force is simulated');
  const bricks = keywords(words.slice(0, -1)).rest.map(parseBrick);
  const volume = requireVolume(context, what, name);
  const { kind } = volume.layout;
  const size = setSize(volume.layout);
  for (const brick of bricks) {
    if (!volume.bricks.some((each) => brickText(each) === brickText(brick))) {
      failed(what, `Incorrect brick ${brickText(brick)} for volume ${name}`);
    }
  }
  if (bricks.length === volume.bricks.length) failed(what, 'Deleting all the bricks of the volume is not allowed');
  if (bricks.length % size !== 0) {
    const kindWord = kind === 'replicate' ? 'replica' : kind;
    failed(what, `Remove brick incorrect brick count of ${bricks.length} for ${kindWord} ${size}`);
  }
  const removed = new Set(bricks.map(brickText));
  if (!wholeSets(volume, removed)) {
    failed(what, `Bricks not from same subvol for ${kind === 'replicate' ? 'replica' : kind}`);
  }
  volume.bricks = volume.bricks.filter((brick) => !removed.has(brickText(brick)));
  return done('volume remove-brick commit force: success\n');
};

function wholeSets(volume: GlusterVolume, removed: ReadonlySet<string>): boolean {
  const size = setSize(volume.layout);
  return Array.from({ length: setCount(volume) }, (_, set) => volume.bricks.slice(set * size, (set + 1) * size)).every(
    (set: readonly GlusterBrick[]) => {
      const gone = set.filter((brick) => removed.has(brickText(brick))).length;
      return gone === 0 || gone === set.length;
    },
  );
}
