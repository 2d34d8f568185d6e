import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LabNode } from './lab.js';

const program = join(import.meta.dirname, '..', 'lab.mjs');

/**
 * What can happen to a real node: power cut, boot, loss of its network and the end of that. `revive` brings it back from
 * whatever a failed test has left it in.
 */
export async function controlNode(act: 'kill' | 'start' | 'cut' | 'join' | 'revive', node: LabNode): Promise<void> {
  await promisify(execFile)(process.execPath, [program, act, node.name]);
}
