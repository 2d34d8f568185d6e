import { folderAt } from '../../model/paths.js';
import { connected, nodeOfMember } from '../../model/trusted-pools.js';
import { setCount } from '../../model/volume-layout.js';
import type { GlusterVolume } from '../../model/world.js';
import { done } from '../program.js';
import {
  failed,
  nodeOfBrick,
  requireVolume,
  stageError,
  type GlusterCommand,
  type GlusterContext,
} from './gluster-command.js';

export const volumeStart: GlusterCommand = (context, [name = '', force]) => {
  const what = `volume start: ${name}`;
  const volume = requireVolume(context, what, name);
  if (force !== 'force') {
    if (volume.started) failed(what, `Volume ${name} already started`);
    checkBrickFolders(context, what, volume);
  }
  volume.started = true;
  volume.everStarted = true;
  return done(`${what}: success\n`);
};

/** Each glusterd looks at the bricks of its own node; those of unconnected nodes are not asked. */
function checkBrickFolders(context: GlusterContext, what: string, volume: GlusterVolume): void {
  for (const brick of volume.bricks) {
    const node = nodeOfBrick(context, brick);
    if (node === undefined || !connected(context.node, node)) continue;
    const folder = folderAt(node, brick.path);
    if (folder === undefined) {
      const why = `Failed to find brick directory ${brick.path} for volume ${volume.name}. Reason : No such file or directory`;
      failed(what, stageError(context, node, brick.host, why));
    } else if (folder.volumeId !== volume.id) {
      const why = `Failed to get extended attribute trusted.glusterfs.volume-id for brick dir ${brick.path}. Reason : No data available`;
      failed(what, stageError(context, node, brick.host, why));
    }
  }
}

export const volumeStop: GlusterCommand = (context, [name = '', force]) => {
  const what = `volume stop: ${name}`;
  const volume = requireVolume(context, what, name);
  if (!volume.started && force !== 'force') failed(what, `Volume ${name} is not in the started state`);
  volume.started = false;
  return done(`${what}: success\n`);
};

export const volumeDelete: GlusterCommand = (context, [name = '']) => {
  const what = `volume delete: ${name}`;
  const volume = requireVolume(context, what, name);
  if (volume.started) failed(what, `Volume ${name} has been started.Volume needs to be stopped before deletion.`);
  const away = context.pool.members.some((member) => !connected(context.node, nodeOfMember(context.world, member)));
  if (away) failed(what, 'Some of the peers are down');
  context.pool.volumes = context.pool.volumes.filter((each) => each !== volume);
  return done(`${what}: success\n`);
};

/** Groups of options that GlusterFS 10 has; `user.` takes any key. */
const OPTION_GROUPS =
  /^(?:auth|changelog|client|cluster|config|debug|diagnostics|disperse|features|feature|ganesha|geo-replication|locks|network|nfs|performance|server|ssl|storage|transport|user)\.[a-z0-9._-]+$/;

export const volumeSet: GlusterCommand = (context, [name = '', ...pairs]) => {
  const volume = requireVolume(context, 'volume set', name);
  for (let index = 0; index < pairs.length; index += 2) {
    const [key = '', value] = pairs.slice(index, index + 2);
    if (!OPTION_GROUPS.test(key)) failed('volume set', `option : ${key} does not exist`);
    if (value === undefined) failed('volume set', 'Options not set');
  }
  for (let index = 0; index < pairs.length; index += 2) {
    const [key = '', value = ''] = pairs.slice(index, index + 2);
    volume.options = [{ name: key, value }, ...volume.options.filter((option) => option.name !== key)];
  }
  return done('volume set: success\n');
};

/** Data is not simulated, so a rebalance has nothing to move: it is over when it has started. */
export const volumeRebalance: GlusterCommand = (context, [name = '', verb]) => {
  const what = `volume rebalance: ${name}`;
  const volume = requireVolume(context, what, name);
  if (setCount(volume) < 2) {
    failed(what, `Volume ${name} is not a distribute volume or contains only 1 brick.\nNot performing rebalance`);
  }
  if (!volume.started) failed(what, `Volume ${name} needs to be started to perform rebalance`);
  if (verb !== 'start') return failed(what, `rebalance ${verb ?? ''} is not simulated`);
  volume.rebalanceId = context.ids.uuid();
  return done(
    `${what}: success: Rebalance on ${name} has been started successfully. ` +
      `Use rebalance status command to check status of the rebalance process.\nID: ${volume.rebalanceId}\n`,
  );
};
