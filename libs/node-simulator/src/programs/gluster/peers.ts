import {
  connected,
  joinPool,
  leavePool,
  memberByHost,
  nodeByHost,
  nodeOfMember,
  poolOf,
} from '../../model/trusted-pools.js';
import { done, refuse } from '../program.js';
import { failed, nodeOfBrick, type GlusterCommand } from './gluster-command.js';
import { cliOutput, element, indent } from './xml.js';

const GLUSTERD_PORT = 24007;

export const peerProbe: GlusterCommand = ({ world, pool, node }, [host = '']) => {
  const what = 'peer probe';
  const target = nodeByHost(world, host);
  if (target === node || host === 'localhost') return done('peer probe: Probe on localhost not needed\n');
  if (memberByHost(world, pool, host) !== undefined) {
    return done(`peer probe: Host ${host} port ${GLUSTERD_PORT} already in peer list\n`);
  }
  if (target === undefined || !connected(node, target)) {
    return failed(what, 'Probe returned with Transport endpoint is not connected');
  }
  const other = poolOf(world, target);
  if (other.members.length > 1 || other.volumes.length > 0) {
    return failed(what, `${host} is either already part of another cluster or having volumes configured`);
  }
  other.members = [{ peerUuid: target.peerUuid, hostname: host }];
  joinPool(world, pool, other);
  return done('peer probe: success\n');
};

export const peerDetach: GlusterCommand = (context, [host = '']) => {
  const { world, pool, node } = context;
  const what = 'peer detach';
  if (nodeByHost(world, host) === node) return failed(what, `${host} is localhost`);
  const member = memberByHost(world, pool, host);
  if (member === undefined) return failed(what, `${host} is not part of cluster`);
  const target = nodeOfMember(world, member);
  if (pool.volumes.some((volume) => volume.bricks.some((brick) => nodeOfBrick(context, brick) === target))) {
    // Of all refusals of this command the only one with this exit code (GlusterFS 10.3).
    return refuse(
      255,
      `${what}: failed: Peer ${host} hosts one or more bricks. If the peer is in not recoverable state then use either replace-brick ` +
        'or remove-brick command with force to remove all bricks from the peer and attempt the peer detach again.',
    );
  }
  if (!pool.members.every((each) => connected(node, nodeOfMember(world, each)))) {
    return failed(what, "One of the peers is probably down. Check with 'peer status'");
  }
  leavePool(world, pool, member);
  return done('peer detach: success\n');
};

/** The asking node is last and is called localhost, whatever its name. */
export const poolList: GlusterCommand = ({ world, pool, node, xml }) => {
  const others = pool.members.filter((member) => member.peerUuid !== node.peerUuid);
  const rows = [
    ...others.map((member) => ({
      uuid: member.peerUuid,
      hostname: member.hostname,
      connected: connected(node, nodeOfMember(world, member)),
      peer: true,
    })),
    { uuid: node.peerUuid, hostname: 'localhost', connected: true, peer: false },
  ];
  if (!xml) {
    const table = rows.map((row) => `${row.uuid}\t${row.hostname}\t${row.connected ? 'Connected' : 'Disconnected'} \n`);
    return done(`UUID\t\t\t\t\tHostname \tState\n${table.join('')}`);
  }
  const peers = rows.map((row) => {
    const names = row.peer ? `  <hostnames>\n    ${element('hostname', row.hostname)}\n  </hostnames>\n` : '';
    const state = row.peer ? `  ${element('state', 3)}\n  ${element('stateStr', 'Peer in Cluster')}\n` : '';
    return indent(
      `<peer>\n  ${element('uuid', row.uuid)}\n  ${element('hostname', row.hostname)}\n${names}` +
        `  ${element('connected', row.connected ? 1 : 0)}\n${state}</peer>\n`,
      4,
    );
  });
  return done(cliOutput(`  <peerStatus>\n${peers.join('')}  </peerStatus>\n`));
};
