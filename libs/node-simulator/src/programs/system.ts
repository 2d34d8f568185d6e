import { findDevice, linksOf } from '../model/block-devices.js';
import { parseOptions } from '../shell/options.js';
import { done, refuse, type Program } from './program.js';

export const udevadm: Program = ({ node }, [verb = '', ...args]) => {
  const options = parseOptions(args, { values: ['--query', '--name'] });
  const name = options.value('--name') ?? '';
  if (verb !== 'info' || options.value('--query') !== 'symlink') {
    return refuse(1, `udevadm: only info --query=symlink is simulated, not ${verb}`);
  }
  const device = findDevice(node, name);
  if (device === undefined) return refuse(1, `Unknown device "${name}": No such device`);
  return done(`${linksOf(device).join(' ')}\n`);
};

export const systemctl: Program = ({ node }, [verb = '', ...args]) => {
  const unit = parseOptions(args, { flags: ['-q', '--quiet'] }).operands[0] ?? '';
  if (unit !== 'glusterd') return refuse(4, `Unit ${unit}.service could not be found.`);
  const state = node.glusterdRunning ? 'active' : 'inactive';
  if (verb !== 'status' && verb !== 'is-active') return refuse(1, `systemctl: ${verb} is not simulated`);
  return { exitCode: node.glusterdRunning ? 0 : 3, stdout: `${state}\n`, stderr: '' };
};

export const echo: Program = (_context, args) => done(`${args.join(' ')}\n`);
export const trueProgram: Program = () => done();
