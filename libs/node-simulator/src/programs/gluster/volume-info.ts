import { brickText, isArbiter, setCount, typeOf } from '../../model/volume-layout.js';
import type { GlusterVolume } from '../../model/world.js';
import { done, refuse, type CommandResult } from '../program.js';
import { GLUSTER_FAILED, nodeOfBrick, type GlusterCommand, type GlusterContext } from './gluster-command.js';
import { cliOutput, element, escapeXml, indent } from './xml.js';

/** Gluster's EG_NOVOL. */
const NO_SUCH_VOLUME_ERRNO = 30806;

export const volumeInfo: GlusterCommand = (context, [name = 'all']) => {
  const volumes = name === 'all' ? context.pool.volumes : context.pool.volumes.filter((each) => each.name === name);
  if (name !== 'all' && volumes.length === 0) return unknownVolume(context, name);
  if (!context.xml) {
    return done(volumes.length === 0 ? 'No volumes present\n' : volumes.map((each) => plain(each)).join(''));
  }
  const body = volumes.map((volume) => indent(xmlOf(context, volume), 6)).join('');
  return done(cliOutput(volInfo(body, volumes.length)));
};

function volInfo(body: string, count: number): string {
  return `  <volInfo>\n    <volumes>\n${body}      ${element('count', count)}\n    </volumes>\n  </volInfo>\n`;
}

/** In XML it names no volume and exits with 0. */
function unknownVolume({ xml }: GlusterContext, name: string): CommandResult {
  if (!xml) return refuse(GLUSTER_FAILED, `Volume ${name} does not exist`);
  const status = { opRet: -1, opErrno: NO_SUCH_VOLUME_ERRNO, opErrstr: 'Volume does not exist' };
  return done(cliOutput(volInfo('', 0), status));
}

function plain(volume: GlusterVolume): string {
  const bricks = volume.bricks.map((brick, index) => `Brick${index + 1}: ${brickText(brick)}\n`).join('');
  const options = volume.options.map(({ name, value }) => `${name}: ${value}\n`).join('');
  return (
    ` \nVolume Name: ${volume.name}\nType: ${typeOf(volume).name}\nVolume ID: ${volume.id}\n` +
    `Status: ${statusOf(volume).name}\nNumber of Bricks: ${volume.bricks.length}\nBricks:\n${bricks}` +
    `Options Reconfigured:\n${options}`
  );
}

function statusOf(volume: GlusterVolume): { number: number; name: string } {
  if (!volume.everStarted) return { number: 0, name: 'Created' };
  return volume.started ? { number: 1, name: 'Started' } : { number: 2, name: 'Stopped' };
}

function xmlOf(context: GlusterContext, volume: GlusterVolume): string {
  const { layout } = volume;
  const type = typeOf(volume);
  const status = statusOf(volume);
  const facts: readonly (readonly [string, string | number])[] = [
    ['name', volume.name],
    ['id', volume.id],
    ['status', status.number],
    ['statusStr', status.name],
    ['snapshotCount', 0],
    ['brickCount', volume.bricks.length],
    ['distCount', setCount(volume)],
    ['replicaCount', layout.replicaCount],
    ['arbiterCount', layout.arbiterCount],
    ['disperseCount', layout.disperseCount],
    ['redundancyCount', layout.redundancyCount],
    ['type', type.number],
    ['typeStr', type.name],
    ['transport', 0],
  ];
  const bricks = volume.bricks.map((brick, index) => {
    const uuid = nodeOfBrick(context, brick)?.peerUuid ?? '';
    const text = brickText(brick);
    const parts =
      element('name', text) + element('hostUuid', uuid) + element('isArbiter', isArbiter(volume, index) ? 1 : 0);
    return `    <brick uuid="${uuid}">${escapeXml(text)}${parts}</brick>\n`;
  });
  const options = volume.options.map(
    ({ name, value }) =>
      `    <option>\n      ${element('name', name)}\n      ${element('value', value)}\n    </option>\n`,
  );
  return (
    `<volume>\n${facts.map(([name, value]) => `  ${element(name, value)}\n`).join('')}` +
    `  <bricks>\n${bricks.join('')}  </bricks>\n  ${element('optCount', options.length)}\n` +
    `  <options>\n${options.join('')}  </options>\n</volume>\n`
  );
}
