import { findVolume, memberByHost, nodeOfMember } from '../../model/trusted-pools.js';
import type { GlusterBrick, GlusterVolume, NodeState, TrustedPool } from '../../model/world.js';
import { refuse, type CommandResult, type ProgramContext } from '../program.js';

/** What every gluster command has in hand: the pool that its own glusterd belongs to. */
export interface GlusterContext extends ProgramContext {
  readonly pool: TrustedPool;
  readonly xml: boolean;
}

export type GlusterCommand = (context: GlusterContext, args: readonly string[]) => CommandResult;

export const GLUSTER_FAILED = 1;

/** `volume create: NAME: failed: WHY`, on stderr, exit 1. */
export function failed(what: string, why: string): never {
  return refuse(GLUSTER_FAILED, `${what}: failed: ${why}`);
}

/** Where one glusterd's check fails the others report it with the host in front. */
export function stageError(context: GlusterContext, node: NodeState, host: string, why: string): string {
  return node === context.node ? why : `Staging failed on ${host}. Error: ${why}`;
}

export function requireVolume(context: GlusterContext, what: string, name: string): GlusterVolume {
  return findVolume(context.pool, name) ?? failed(what, `Volume ${name} does not exist`);
}

/** @throws CommandRefusal for what is not `HOST:/PATH` */
export function parseBrick(text: string): GlusterBrick {
  const colon = text.indexOf(':');
  const path = text.slice(colon + 1);
  if (colon < 1 || !path.startsWith('/')) {
    return refuse(GLUSTER_FAILED, `Wrong brick type: ${text}, use <HOSTNAME>:<export-dir-abs-path>`);
  }
  return { host: text.slice(0, colon), path };
}

/** The node that a brick is on, if its host is a member of the pool. */
export function nodeOfBrick(context: GlusterContext, brick: GlusterBrick): NodeState | undefined {
  const member = memberByHost(context.world, context.pool, brick.host);
  return member === undefined ? undefined : nodeOfMember(context.world, member);
}
