import type { RemoteResult } from '../remote-executor.js';
import { FencedError, ForeignNodeError, NodeCommandError, type NodeAddress } from '../storage-nodes.js';
import type { FenceScript } from './fence-script.js';

/** Exit codes of the script, from sysexits.h where that has one. A program may use them as well: the words tell them apart. */
const EXITS = { usage: 64, broken: 74, refused: 75, foreign: 76 } as const;
const OWN_EXITS: ReadonlySet<number> = new Set(Object.values(EXITS));
const WORDS = /^brickyard-fence: (.*)$/m;

type Answer = Pick<RemoteResult, 'exitCode' | 'stderr'>;

/** Whether the node's shell did not find the script, so that nothing has run. 2 is dash's word for it, 127 that of the others. */
export function isNotInstalled({ exitCode, stderr }: Answer, script: FenceScript): boolean {
  const complaint = stderr.split('\n').some((line) => line.startsWith('sh: ') && line.includes(script.path));
  return (exitCode === 2 || exitCode === 127) && complaint;
}

/** What the script itself said instead of running the command; null where the answer is the command's own. */
export function fenceRefusal(
  { exitCode, stderr }: Answer,
  node: NodeAddress,
  installationId: string | undefined,
  script: FenceScript,
): Error | null {
  const words = OWN_EXITS.has(exitCode) ? WORDS.exec(stderr)?.[1] : undefined;
  if (words === undefined) return null;
  if (exitCode === EXITS.refused) return new FencedError(`node ${node.manageHost}: ${words}`, node.manageHost);
  if (exitCode === EXITS.foreign) {
    const owner = words.slice(words.lastIndexOf(' ') + 1);
    return new ForeignNodeError(node.manageHost, script.marker, owner, installationId ?? '', exitCode);
  }
  return new NodeCommandError(`node ${node.manageHost}: ${words}`, node.manageHost, `sh ${script.path}`, exitCode);
}
