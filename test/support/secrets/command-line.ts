import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SecretSite } from './site.js';

const brickyard = fileURLToPath(new URL('../../../bin/brickyard.mjs', import.meta.url));

interface Ended {
  readonly exitCode: number;
  readonly output: string;
}

/** What a command said, to stdout and stderr. */
export interface Said extends Ended {
  readonly command: string;
}

function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [brickyard, ...args],
      { env: { ...process.env, BRICKYARD_CONFIG: '/nowhere/config.yaml', ...env }, maxBuffer: 64 * 1024 * 1024 },
      (_error, stdout, stderr) => resolve({ exitCode: child.exitCode ?? -1, output: `${stdout}\n${stderr}` }),
    );
  });
}

/** Commands as people run them, those that fail for a secret that is wrong or in the wrong place included. @returns what they said */
export async function runCommands(site: SecretSite, volumeId: string): Promise<readonly Said[]> {
  const { canaries, config, base } = site;
  const plant = (where: string): string => canaries.plant(`command line: ${where}`);
  const folder = join(config.file, '..');
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const own = { ...config.env, HEKETI_CLI_SERVER: base, HEKETI_CLI_USER: 'auditor', LOG_LEVEL: 'trace' };
  const pem = `-----BEGIN PRIVATE KEY-----\n${plant('key for the path of a key')}`;
  // As a driver that has no listener: the error, and the command that it belongs to. Once the program is loaded.
  const auth = JSON.stringify({ name: 'auth', args: [plant('argument of a failed command')] });
  const uncaught = `let rounds = 0;
    const timer = setInterval(() => {
      if (process.listenerCount('uncaughtException') === 0 && ++rounds < 400) return;
      clearInterval(timer);
      Promise.reject(Object.assign(new Error('WRONGPASS'), { command: ${auth} }));
    }, 25);`;
  const contexts = `contexts:\n  a: { server: "${base}", key: ${plant('key in the file of contexts')} ]\n`;
  const commands: readonly (readonly [readonly string[], Readonly<Record<string, string>>])[] = [
    [['config', '--config', config.file], own],
    [['history', 'volume', volumeId, '--commands'], own],
    [['audit', 'export'], own],
    [['audit', 'verify'], own],
    [['db', 'check'], own],
    [['request', 'GET', '/clusters'], { ...own, HEKETI_CLI_SERVER: base.replace('//', `//me:${plant('server')}@`) }],
    [['operations'], { ...own, BRICKYARD_AUDITOR_KEY: plant('wrong key') }],
    [['operations'], { ...own, BRICKYARD_CONFIG: await file('contexts.yaml', contexts) }],
    [['config', '--config', await file('broken.json', `{"jwt": {"admin": {"key": ${plant('broken file')}}}}`)], {}],
    [['db', 'check'], { DATABASE_URL: `postgres://me:${plant('database that is away')}@127.0.0.1:1/x` }],
    [['worker'], { ...own, HEKETI_EXECUTOR: 'ssh', HEKETI_SSH_KEYFILE: pem }],
    [['worker'], { ...own, HEKETI_EXECUTOR: 'mock', NODE_OPTIONS: `--import=${await file('reject.mjs', uncaught)}` }],
    [['worker'], { ...own, HEKETI_EXECUTOR: 'mock', BRICKYARD_SEAL_KEY: plant('seal key that is none') }],
  ];
  const said: Said[] = [];
  const left = [...commands];
  const oneByOne = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [args, env] = next;
      said.push({ command: args.join(' '), ...(await run(args, env)) });
    }
  };
  await Promise.all([oneByOne(), oneByOne()]);
  return said;
}
