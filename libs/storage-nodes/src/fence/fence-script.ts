import { createHash } from 'node:crypto';
import { fenceScriptText, type FenceFolders } from './fence-script-text.js';

export const nodeFolders: FenceFolders = { run: '/run/brickyard', state: '/var/lib/brickyard-node' };

const markerIn = ({ state }: FenceFolders): string => `${state}/installation`;
/** The file of a node that says whose it is. */
export const INSTALLATION_MARKER = markerIn(nodeFolders);

/** The script as a node has it. */
export interface FenceScript {
  readonly text: string;
  /** Named by the text: two versions of Brickyard can work on one node, each with its own script, and share what these keep. */
  readonly path: string;
  /** Puts what it reads from stdin into place, whole or not at all; text that was cut off on its way does not get there. */
  readonly install: readonly string[];
  /** The file that says whose node it is: the id of an installation, then that of the node. */
  readonly marker: string;
}

export function fenceScript(folders: FenceFolders = nodeFolders): FenceScript {
  const text = fenceScriptText(folders);
  const digest = createHash('sha256').update(text).digest('hex');
  const path = `${folders.run}/fence-${digest.slice(0, 16)}`;
  const install =
    `umask 077; mkdir -p ${folders.run} && cat >${path}.$$ && ` +
    `echo "${digest}  ${path}.$$" | sha256sum -c --status && mv -f ${path}.$$ ${path} || { rm -f ${path}.$$; exit 1; }`;
  return { text, path, install: ['sh', '-c', install], marker: markerIn(folders) };
}
