import { folderExists, parentOf } from '../../model/paths.js';
import { brickText } from '../../model/volume-layout.js';
import { done } from '../program.js';
import { claimBricks } from './brick-checks.js';
import { failed, nodeOfBrick, parseBrick, requireVolume, type GlusterCommand } from './gluster-command.js';

const WHAT = 'volume reset-brick';

/** `volume reset-brick NAME BRICK start`, then `... BRICK BRICK commit force`: an emptied brick goes back into its volume. */
export const resetBrick: GlusterCommand = (context, [name = '', source = '', ...rest]) => {
  const volume = requireVolume(context, WHAT, name);
  const brick = volume.bricks.find((each) => brickText(each) === source);
  if (brick === undefined) return failed(WHAT, `brick: ${source} does not exist in volume: ${name}`);
  if (volume.layout.kind === 'distribute') return failed(WHAT, `${name} has no copies to heal from`);
  const resetting = (volume.resetting ?? []).filter((text) => text !== source);
  switch (rest.join(' ')) {
    case 'start':
      volume.resetting = [...resetting, source];
      return done('volume reset-brick: success: reset-brick start operation successful\n');
    case `${source} commit force`: {
      if (!(volume.resetting ?? []).includes(source)) {
        return failed(
          WHAT,
          `Source brick must be stopped. Please use gluster volume reset-brick ${name} ${source} start.`,
        );
      }
      const { path } = parseBrick(source);
      const node = nodeOfBrick(context, brick);
      if (node === undefined || !folderExists(node, parentOf(path))) {
        return failed(
          WHAT,
          `Failed to create brick directory for brick ${source}. Reason : No such file or directory `,
        );
      }
      claimBricks(context, [brick], volume.id);
      volume.resetting = resetting;
      return done('volume reset-brick: success: reset-brick commit force operation successful\n');
    }
    default:
      return failed(WHAT, `${rest.join(' ')} is not simulated`);
  }
};
