import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { messageOf } from '#kernel';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

export type PreviousVersion =
  | { readonly commit: string; /** Its `bin/brickyard.mjs`, built. */ readonly program: string }
  | { readonly missing: string };

const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
const run = promisify(execFile);

async function git(...args: string[]): Promise<string> {
  return (await run('git', args, { cwd: checkout })).stdout.trim();
}

/** The migrations themselves; their specs stand beside them. */
const migrations = ['--', 'migrations', ':!migrations/*.spec.ts'];

/** The last commit before the newest migration; HEAD where that is not committed yet. */
async function commitBefore(): Promise<string> {
  if ((await git('status', '--porcelain', ...migrations)) !== '') return git('rev-parse', 'HEAD');
  const newest = await git('log', '-1', '--diff-filter=A', '--format=%H', ...migrations);
  return git('rev-parse', '--verify', `${newest}^`);
}

/**
 * The version whose schema is one step older, built from this checkout's own history with this checkout's dependencies. Built
 * once; kept beside other caches.
 */
export async function previousVersion(): Promise<PreviousVersion> {
  let commit: string;
  try {
    commit = await commitBefore();
    await git('cat-file', '-e', `${commit}:bin/brickyard.mjs`);
  } catch (error) {
    return { missing: `this checkout has no history with an earlier version: ${messageOf(error)}` };
  }
  const modules = await realpath(join(checkout, 'node_modules'));
  const home = join(modules, '.cache', 'brickyard-versions');
  const folder = join(home, commit);
  if (!existsSync(folder)) await build(commit, modules, home);
  return { commit, program: join(folder, 'bin', 'brickyard.mjs') };
}

/** Under a name of its own first, so that a build that was broken off is not taken for one. */
async function build(commit: string, modules: string, home: string): Promise<void> {
  await mkdir(home, { recursive: true });
  const draft = await mkdtemp(join(home, 'draft-'));
  await extract(commit, draft);
  await symlink(modules, join(draft, 'node_modules'));
  // Its types were checked when it was written; the dependencies have moved on since.
  await run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--noCheck'], { cwd: draft });
  try {
    await rename(draft, join(home, commit));
  } catch (error) {
    await rm(draft, { recursive: true });
    // Another run may have been quicker; either is as good.
    if (!existsSync(join(home, commit))) throw error;
  }
}

async function extract(commit: string, folder: string): Promise<void> {
  const archive = join(folder, 'version.tar');
  await git('archive', '--output', archive, commit);
  await run('tar', ['-xf', archive, '-C', folder]);
  await rm(archive);
}
