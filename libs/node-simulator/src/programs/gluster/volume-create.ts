import { findVolume } from '../../model/trusted-pools.js';
import { DISTRIBUTE, setSize } from '../../model/volume-layout.js';
import type { GlusterVolume, VolumeLayout, VolumeOption } from '../../model/world.js';
import { done, refuse } from '../program.js';
import { checkNewBricks, claimBricks } from './brick-checks.js';
import { failed, GLUSTER_FAILED, parseBrick, type GlusterCommand } from './gluster-command.js';

const KEYWORDS = ['replica', 'arbiter', 'disperse', 'disperse-data', 'redundancy', 'transport'];

/** What a new volume has without being asked, newest first, as GlusterFS 10 lists it. */
const DEFAULT_OPTIONS: readonly VolumeOption[] = [
  { name: 'storage.fips-mode-rchecksum', value: 'on' },
  { name: 'transport.address-family', value: 'inet' },
  { name: 'nfs.disable', value: 'on' },
];

export const volumeCreate: GlusterCommand = (context, [name = '', ...words]) => {
  const force = words.at(-1) === 'force';
  const { counts, rest } = keywords(force ? words.slice(0, -1) : words);
  const layout = layoutOf(counts, rest.length);
  const bricks = rest.map(parseBrick);
  const size = setSize(layout);
  if (bricks.length === 0 || bricks.length % size !== 0) {
    return refuse(GLUSTER_FAILED, `number of bricks is not a multiple of ${layout.kind} count`);
  }
  const what = `volume create: ${name}`;
  if (findVolume(context.pool, name) !== undefined) failed(what, `Volume ${name} already exists`);
  checkNewBricks(context, what, layout, bricks, force);
  const volume: GlusterVolume = {
    name,
    id: context.ids.uuid(),
    layout,
    started: false,
    everStarted: false,
    bricks,
    options: [
      ...(layout.kind === 'replicate' ? [{ name: 'cluster.granular-entry-heal', value: 'on' }] : []),
      ...DEFAULT_OPTIONS,
      ...(layout.kind === 'replicate' ? [{ name: 'performance.client-io-threads', value: 'off' }] : []),
    ],
    rebalanceId: null,
  };
  claimBricks(context, bricks, volume.id);
  // glusterd marks the folders before it writes the volume down: killed in between, the marks are there without a volume.
  if (context.interrupted) return done();
  context.pool.volumes.push(volume);
  return done(`volume create: ${name}: success: please start the volume to access data\n`);
};

/** Leading `keyword value` pairs, and the words after them. */
export function keywords(words: readonly string[]): { counts: Map<string, string>; rest: readonly string[] } {
  const counts = new Map<string, string>();
  let index = 0;
  while (KEYWORDS.includes(words[index] ?? '')) {
    counts.set(words[index] ?? '', words[index + 1] ?? '');
    index += 2;
  }
  return { counts, rest: words.slice(index) };
}

function layoutOf(counts: ReadonlyMap<string, string>, brickCount: number): VolumeLayout {
  const count = (key: string) => Number(counts.get(key) ?? '0');
  const replica = count('replica');
  if (counts.has('replica')) {
    const arbiter = count('arbiter');
    if (!Number.isInteger(replica) || replica < 2)
      return refuse(GLUSTER_FAILED, 'replica count should be greater than 1');
    // Since GlusterFS 4 `replica 2 arbiter 1` is the same as the older spelling `replica 3 arbiter 1`.
    const replicaCount = replica === 2 && arbiter === 1 ? 3 : replica;
    return { ...DISTRIBUTE, kind: 'replicate', replicaCount, arbiterCount: arbiter };
  }
  const redundancyCount = count('redundancy');
  const disperseCount = counts.has('disperse')
    ? count('disperse') || brickCount
    : count('disperse-data') + redundancyCount;
  if (disperseCount === 0) return DISTRIBUTE;
  if (redundancyCount < 1 || disperseCount <= 2 * redundancyCount) {
    return refuse(GLUSTER_FAILED, 'redundancy must be less than half of the disperse count');
  }
  return { ...DISTRIBUTE, kind: 'disperse', disperseCount, redundancyCount };
}
