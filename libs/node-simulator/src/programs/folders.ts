import { folderAt, folderExists, isEmptyFolder, mountAt, normalPath, parentOf, placeOf } from '../model/paths.js';
import { newFolder, type Folder, type NodeState } from '../model/world.js';
import { parseOptions } from '../shell/options.js';
import { done, refuse, type Program } from './program.js';

export const mkdir: Program = ({ node }, args) => {
  const options = parseOptions(args, { flags: ['-p'], values: ['-m'] });
  for (const operand of options.operands) {
    const path = normalPath(operand);
    const parent = parentOf(path);
    if (options.has('-p')) makeAll(node, path);
    else if (folderExists(node, path)) refuse(1, `mkdir: cannot create directory ‘${operand}’: File exists`);
    else if (!folderExists(node, parent)) {
      refuse(1, `mkdir: cannot create directory ‘${operand}’: No such file or directory`);
    } else make(node, path);
  }
  return done();
};

function makeAll(node: NodeState, path: string): void {
  if (path === '/' || folderExists(node, path)) return;
  makeAll(node, parentOf(path));
  make(node, path);
}

function make(node: NodeState, path: string): void {
  const { inner, folders } = placeOf(node, path);
  folders.push(newFolder(inner));
}

export const rmdir: Program = ({ node }, args) => {
  for (const operand of parseOptions(args, {}).operands) {
    const path = normalPath(operand);
    const failed = (reason: string) => refuse(1, `rmdir: failed to remove '${operand}': ${reason}`);
    if (!folderExists(node, path)) failed('No such file or directory');
    if (path === '/' || mountAt(node, path) !== undefined) failed('Device or resource busy');
    if (!isEmptyFolder(node, path) || (folderAt(node, path)?.volumeId ?? null) !== null) {
      failed('Directory not empty');
    }
    const { inner, folders } = placeOf(node, path);
    folders.splice(
      folders.findIndex((folder) => folder.path === inner),
      1,
    );
  }
  return done();
};

/** `chown :GID FOLDER`; other owners than a number for the group are not simulated. */
export const chown: Program = ({ node }, [owner = '', ...paths]) => {
  const gid = /^\d*:(\d+)$/.exec(owner)?.[1];
  if (gid === undefined) return refuse(1, `chown: invalid group: ‘${owner}’`);
  for (const folder of requireFolders(node, 'chown', paths)) folder.gid = Number(gid);
  return done();
};

export const chmod: Program = ({ node }, [mode = '', ...paths]) => {
  if (!/^[0-7]{3,4}$/.test(mode)) return refuse(1, `chmod: invalid mode: ‘${mode}’`);
  for (const folder of requireFolders(node, 'chmod', paths)) folder.mode = mode;
  return done();
};

function requireFolders(node: NodeState, program: string, paths: readonly string[]): Folder[] {
  return paths.map(
    (path) => folderAt(node, path) ?? refuse(1, `${program}: cannot access '${path}': No such file or directory`),
  );
}

/** `find FOLDER -mindepth N -maxdepth N`, nothing else; mounted filesystems are walked as well. */
export const find: Program = ({ node }, [start = '', ...tests]) => {
  const [, minimum, maximum] = /^-mindepth (\d+) -maxdepth (\d+)$/.exec(tests.join(' ')) ?? [];
  if (minimum === undefined || maximum === undefined) {
    return refuse(1, `find: only FOLDER -mindepth N -maxdepth N is simulated: ${tests.join(' ')}`);
  }
  const root = normalPath(start);
  if (!folderExists(node, root)) return refuse(1, `find: '${start}': No such file or directory`);
  const paths = pathsBelow(node, root).filter((path) => {
    const depth = path.slice(root.length).split('/').length - 1;
    return depth >= Number(minimum) && depth <= Number(maximum);
  });
  return done(paths.map((path) => `${path}\n`).join(''));
};

/** Absolute paths; what a mount covers is not seen. */
function pathsBelow(node: NodeState, root: string): string[] {
  const places = [placeOf(node, '/'), ...node.mounts.map(({ target }) => placeOf(node, target))];
  const paths = places
    .flatMap(({ mount, folders }) => folders.map((folder) => `${mount?.target ?? ''}${folder.path}`))
    .filter((path) => path.startsWith(`${root}/`) && folderExists(node, path));
  return [...new Set(paths)].sort();
}
