import { folderExists, normalPath, parentOf } from '../model/paths.js';
import type { NodeState } from '../model/world.js';
import { parseOptions } from '../shell/options.js';
import { done, refuse, type Program } from './program.js';

export const cat: Program = ({ node, stdin }, args) => {
  if (args.length === 0) return done(stdin);
  return done(args.map((path) => requireFile(node, 'cat', path)).join(''));
};

export const tee: Program = ({ node, stdin }, args) => {
  const options = parseOptions(args, { flags: ['-a', '--append'] });
  for (const path of options.operands) {
    if (!folderExists(node, parentOf(path))) return refuse(1, `tee: ${path}: No such file or directory`);
    const before = options.has('-a') || options.has('--append') ? (node.files[normalPath(path)] ?? '') : '';
    node.files[normalPath(path)] = before + stdin;
  }
  return done(stdin);
};

/** `sed -i[SUFFIX] /REGEXP/d FILE` and `sed -i '$a TEXT' FILE`, nothing else. */
export const sed: Program = ({ node }, [inPlace = '', script = '', ...paths]) => {
  const backup = /^-i(.*)$/.exec(inPlace)?.[1];
  const edit = editOf(script);
  if (backup === undefined || edit === null) {
    return refuse(1, `sed: -e expression #1, char 1: only -i with /REGEXP/d or $a TEXT is simulated: ${script}`);
  }
  for (const path of paths) {
    const text = requireFile(node, 'sed', path);
    if (backup !== '') node.files[normalPath(path + backup)] = text;
    node.files[normalPath(path)] = edit(text);
  }
  return done();
};

function editOf(script: string): ((text: string) => string) | null {
  const pattern = /^\/((?:[^/\\]|\\.)+)\/d$/.exec(script)?.[1];
  if (pattern !== undefined) {
    const doomed = new RegExp(pattern);
    const kept = (text: string): string[] => text.split('\n').filter((line) => !doomed.test(line));
    return (text) => kept(text).join('\n');
  }
  const line = /^\$a (.+)$/.exec(script)?.[1];
  // an empty file has no last line to put it after
  return line === undefined ? null : (text) => (text === '' ? '' : `${text.replace(/\n?$/, '\n')}${line}\n`);
}

/** `rm FILE`, without options. */
export const rm: Program = ({ node }, paths) => {
  for (const path of paths) {
    if (node.files[normalPath(path)] === undefined) {
      return refuse(1, `rm: cannot remove '${path}': No such file or directory`);
    }
    Reflect.deleteProperty(node.files, normalPath(path));
  }
  return done();
};

function requireFile(node: NodeState, program: string, path: string): string {
  const words = {
    cat: `cat: ${path}: No such file or directory`,
    sed: `sed: can't read ${path}: No such file or directory`,
  };
  return node.files[normalPath(path)] ?? refuse(program === 'sed' ? 2 : 1, program === 'sed' ? words.sed : words.cat);
}
