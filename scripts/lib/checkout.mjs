/** Makes a fresh checkout runnable: dependencies and the compiled program, each only where it is missing or stale. */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './process.mjs';

export const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const inCheckout = (...names) => join(checkout, ...names);

const INSTALL_TIMEOUT_MS = 600_000;
const REGISTRY_TIMEOUT_MS = 30_000;
const BUILD_TIMEOUT_MS = 300_000;
const sources = ['apps', 'libs', 'migrations', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
/** Says which sources `dist` was made from. */
const stamp = inCheckout('dist', '.sources');

/** @throws Error in one sentence */
export function requireWritable() {
  try {
    accessSync(checkout, constants.W_OK);
  } catch (error) {
    throw new Error(`no write permission in ${checkout} (${error.code}): dependencies, dist and data are kept there`, {
      cause: error,
    });
  }
}

/** npm as it was called, else the one on PATH: `npm start` may come from one that is not. */
function npm(args, timeoutMs) {
  const script = process.env['npm_execpath'];
  const options = { cwd: checkout, timeoutMs };
  return script?.endsWith('.js') ? run(process.execPath, [script, ...args], options) : run('npm', args, options);
}

/**
 * Whether node_modules holds what the lock file names. By content: git gives files new times. npm writes its own list last, so
 * it is there only after an installation that came to its end; packages for other platforms are not on it.
 */
function dependenciesAreCurrent() {
  const installedList = inCheckout('node_modules', '.package-lock.json');
  if (!existsSync(installedList)) return false;
  const versions = (file) =>
    new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages).filter(([path]) => path !== ''));
  const wanted = versions(inCheckout('package-lock.json'));
  const installed = versions(installedList);
  const same = (path) => installed.get(path)?.version === wanted.get(path)?.version;
  const required = [...wanted].flatMap(([path, { optional }]) => (optional ? [] : [path]));
  return [...required, ...installed.keys()].every(same);
}

/** @throws Error in one sentence, npm's first word on it included */
export async function ensureDependencies(say) {
  if (dependenciesAreCurrent()) return;
  say('installing dependencies (npm ci)');
  const unreachable = await registryProblem();
  // With NODE_ENV=production npm would leave out the compiler.
  const offline = unreachable === null ? [] : ['--offline'];
  const args = ['ci', '--include=dev', '--no-fund', '--no-audit', ...offline];
  const { exitCode, stdout, stderr } = await npm(args, INSTALL_TIMEOUT_MS);
  if (exitCode === 0) return;
  if (unreachable !== null)
    throw new Error(`dependencies are missing, and npm cannot reach its registry: ${unreachable}`);
  throw new Error(`npm ci failed: ${reasonOf(stderr, stdout)}`);
}

/**
 * Asks for one small thing first: without a registry `npm ci` itself tries for minutes, package by package. npm's cache may
 * still hold everything.
 */
async function registryProblem() {
  const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=2000'];
  const { exitCode, stdout, stderr } = await npm(['view', 'commander', 'version', ...patience], REGISTRY_TIMEOUT_MS);
  return exitCode === 0 ? null : reasonOf(stderr, stdout);
}

/** npm prints pages; the first error that is not a code or a hint says it. */
function reasonOf(stderr, stdout) {
  const lines = `${stderr}\n${stdout}`.split('\n').map((line) => line.replace(/^npm (error|ERR!)\s*/i, '').trim());
  const words = lines.filter((line) => line !== '' && !/^(npm warn|code |syscall |errno |A complete log)/i.test(line));
  return words[0] ?? 'npm said nothing';
}

function filesOf(name) {
  const path = inCheckout(name);
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => join(path, file))
    .sort();
}

/** By content: a fresh checkout and a switch of branches make times mean nothing. */
function sourcesDigest() {
  const hash = createHash('sha256');
  for (const file of sources.filter((name) => existsSync(inCheckout(name))).flatMap(filesOf)) {
    hash.update(file.slice(checkout.length)).update('\0').update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** @throws Error in the compiler's words */
export async function ensureBuild(say) {
  const digest = sourcesDigest();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  say('building (npm run build)');
  const { exitCode, stdout, stderr } = await npm(['run', 'build', '--silent'], BUILD_TIMEOUT_MS);
  if (exitCode !== 0) throw new Error(`the build failed:\n${stdout}${stderr}`.trimEnd());
  writeFileSync(stamp, digest);
}
