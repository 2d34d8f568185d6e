import { poolOf } from '../../model/trusted-pools.js';
import { refuse, type Program } from '../program.js';
import { GLUSTER_FAILED, type GlusterCommand } from './gluster-command.js';
import { peerDetach, peerProbe, poolList } from './peers.js';
import { resetBrick } from './reset-brick.js';
import { addBrick, removeBrick } from './volume-bricks.js';
import { volumeCreate } from './volume-create.js';
import { volumeInfo } from './volume-info.js';
import { volumeDelete, volumeRebalance, volumeSet, volumeStart, volumeStop } from './volume-life.js';

const COMMANDS: Readonly<Record<string, GlusterCommand>> = {
  'pool list': poolList,
  'peer probe': peerProbe,
  'peer detach': peerDetach,
  'volume create': volumeCreate,
  'volume add-brick': addBrick,
  'volume remove-brick': removeBrick,
  'volume reset-brick': resetBrick,
  'volume set': volumeSet,
  'volume start': volumeStart,
  'volume stop': volumeStop,
  'volume delete': volumeDelete,
  'volume info': volumeInfo,
  'volume rebalance': volumeRebalance,
};

/** `gluster [--mode=script] [--timeout=N] [--xml] WORD WORD ...`; `--xml` may also stand last. */
export const gluster: Program = (context, args) => {
  const xml = args.includes('--xml');
  const scripted = args.includes('--mode=script');
  const words = args.filter((word) => !/^--(?:xml|mode=script|timeout=\d+)$/.test(word));
  const name = words.slice(0, 2).join(' ');
  const command = COMMANDS[name];
  if (command === undefined) {
    return refuse(GLUSTER_FAILED, `unrecognized word: ${words[0] ?? ''} (position 0)`);
  }
  if (!scripted && /^volume (?:stop|delete|remove-brick)|^peer detach/.test(name)) {
    return refuse(GLUSTER_FAILED, `${name}: asks for confirmation without --mode=script`);
  }
  if (!context.node.glusterdRunning) {
    return refuse(GLUSTER_FAILED, 'Connection failed. Please check if gluster daemon is operational.');
  }
  return command({ ...context, xml, pool: poolOf(context.world, context.node) }, words.slice(2));
};
