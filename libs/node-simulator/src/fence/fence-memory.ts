import { createHash } from 'node:crypto';
import { done, type CommandResult } from '../programs/program.js';
import type { NodeState } from '../model/world.js';
import type { FenceCall } from './fence-call.js';

const STATE = '/var/lib/brickyard-node';
const MARKER = `${STATE}/installation`;
const EPOCHS = `${STATE}/epochs/`;

/** What the files of a node say about its fence. */
export interface FenceMarks {
  /** The installation that the node belongs to, and the id by which it was brought in. */
  readonly owner: { readonly installation: string; readonly node: string } | null;
  readonly epochs: Readonly<Record<string, number>>;
}

export function fenceMarks({ files }: NodeState): FenceMarks {
  const [installation = '', node = ''] = (files[MARKER] ?? '').split('\n');
  const known = Object.entries(files).filter(([path]) => path.startsWith(EPOCHS));
  return {
    owner: installation === '' ? null : { installation, node },
    epochs: Object.fromEntries(
      known.map(([path, text]) => [path.slice(EPOCHS.length).replaceAll(':', '/'), Number.parseInt(text, 10) || 0]),
    ),
  };
}

/** What the script's checks say; null: go on. */
export function fenceRefusal(state: NodeState, { epochs, installation }: FenceCall): CommandResult | null {
  const known = fenceMarks(state);
  if (known.owner !== null && installation !== '' && known.owner.installation !== installation) {
    return saying(76, `${MARKER} says ${known.owner.installation}`);
  }
  for (const [key, epoch] of Object.entries(epochs)) {
    const seen = known.epochs[key] ?? 0;
    if (epoch < seen) return saying(75, `${key} is at epoch ${seen}, refused ${epoch}`);
  }
  return null;
}

/** Writes down what the caller has shown to be true. */
export function remember(state: NodeState, { verb, epochs, installation, node }: FenceCall): void {
  if (verb === 'run' && installation !== '' && fenceMarks(state).owner === null)
    state.files[MARKER] = `${installation}\n${node}\n`;
  for (const [key, epoch] of Object.entries(epochs)) {
    state.files[EPOCHS + key.replaceAll('/', ':')] = `${epoch}\n`;
  }
}

/** The verb `forget`, its checks passed. */
export function forget(state: NodeState, call: FenceCall): CommandResult {
  const { owner } = fenceMarks(state);
  if (owner === null || owner.node === call.node) drop(state, `${STATE}/`);
  return done();
}

/** What a boot leaves of a node's files. */
export function emptyRun(state: NodeState): void {
  drop(state, '/run/');
}

const INSTALL =
  /^umask 077; mkdir -p \S+ && cat >(\S+)\.\$\$ && echo "([0-9a-f]{64}) {2}\1\.\$\$" \| sha256sum -c --status && mv -f \1\.\$\$ \1 \|\|/;

/** `sh -c TEXT`, where TEXT puts the script into place; no other text is simulated. */
export function installScript(state: NodeState, args: readonly string[], stdin: string): CommandResult {
  const [, path, digest] = INSTALL.exec(args[1] ?? '') ?? [];
  if (args[0] !== '-c' || path === undefined) {
    return {
      exitCode: 2,
      stdout: '',
      stderr: `sh: only the installation of the fence is simulated: ${args.join(' ')}\n`,
    };
  }
  if (createHash('sha256').update(stdin).digest('hex') !== digest) return { exitCode: 1, stdout: '', stderr: '' };
  state.files[path] = stdin;
  return done();
}

function drop({ files }: NodeState, folder: string): void {
  for (const path of Object.keys(files)) {
    if (path.startsWith(folder)) Reflect.deleteProperty(files, path);
  }
}

function saying(exitCode: number, words: string): CommandResult {
  return { exitCode, stdout: '', stderr: `brickyard-fence: ${words}\n` };
}
