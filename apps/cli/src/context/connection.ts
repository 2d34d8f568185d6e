import { userInfo } from 'node:os';
import { keepSecrets } from '#kernel';
import type { Connection } from '../client/send.js';
import type { TokenIssuer } from '../client/token.js';
import { type Context, contextFilePath, readContextFile } from './config-file.js';
import { readKeyFile } from './key-file.js';

/** What the command line says of the server. */
export interface ServerOptions {
  readonly server?: string;
  readonly user?: string;
  readonly actor?: string;
  readonly context?: string;
}

/** Where the key of each issuer comes from. */
export const keyVariables: Readonly<Record<TokenIssuer, string>> = {
  admin: 'HEKETI_ADMIN_KEY',
  user: 'HEKETI_USER_KEY',
  auditor: 'BRICKYARD_AUDITOR_KEY',
};

const DEFAULT_SERVER = 'http://127.0.0.1:8080';

type Environment = NodeJS.ProcessEnv;
/** One source of settings. Those that come first win. */
type Layer = Partial<Record<'server' | 'issuer' | 'actor', string>>;

/**
 * The server and in whose name to ask it: options win over the environment, the environment over the file of contexts. A context
 * that was named on the command line is an option.
 * @throws Error naming what is missing and where to put it
 */
export async function connectionOf(options: ServerOptions, env: Environment = process.env): Promise<Connection> {
  const context = await chosenContext(options, env);
  const fromContext: Layer = {
    ...present('server', context?.server),
    ...present('issuer', context?.issuer),
    ...present('actor', context?.actor),
  };
  const fromEnvironment: Layer = {
    ...present('server', env['HEKETI_CLI_SERVER']),
    ...present('issuer', env['HEKETI_CLI_USER']),
    ...present('actor', env['BRICKYARD_ACTOR']),
  };
  const fromOptions: Layer = {
    ...present('server', options.server),
    ...present('issuer', options.user),
    ...present('actor', options.actor),
  };
  const named = options.context !== undefined;
  const layers = named ? [fromOptions, fromContext, fromEnvironment] : [fromOptions, fromEnvironment, fromContext];
  const { server = DEFAULT_SERVER, issuer: word = 'admin', actor = userInfo().username } = merged(layers);
  const issuer = issuerOf(word);
  const key = await keyOf(issuer, context, named, env);
  keepSecrets([key]);
  return { baseUrl: server, issuer, actor, key };
}

/** @throws Error */
export function issuerOf(word: string): TokenIssuer {
  if (Object.hasOwn(keyVariables, word)) return word as TokenIssuer;
  throw new Error(`the issuer must be admin, user or auditor, not ${word} (--user, HEKETI_CLI_USER)`);
}

/** The context that is in force, with its name; null for none. @throws Error where there is none of the name */
export async function currentContext(
  options: ServerOptions,
  env: Environment = process.env,
): Promise<{ readonly name: string; readonly context: Context } | null> {
  const path = contextFilePath(env);
  const { current, contexts } = await readContextFile(path);
  const { BRICKYARD_CONTEXT: set = '' } = env;
  const name = options.context ?? (set === '' ? current : set);
  if (name === undefined) return null;
  const context = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (context !== undefined) return { name, context };
  const known = Object.keys(contexts);
  throw new Error(`${path} has no context ${name}${known.length === 0 ? '' : `; there are ${known.join(', ')}`}`);
}

async function chosenContext(options: ServerOptions, env: Environment): Promise<Context | null> {
  return (await currentContext(options, env))?.context ?? null;
}

function present(name: keyof Layer, value: string | undefined): Layer {
  return value === undefined || value === '' ? {} : { [name]: value };
}

function merged(layers: readonly Layer[]): Layer {
  return layers.toReversed().reduce((below, above) => ({ ...below, ...above }), {});
}

/** A key never comes from the arguments: everybody on the machine can read those. */
async function keyOf(issuer: TokenIssuer, context: Context | null, named: boolean, env: Environment): Promise<string> {
  const variable = keyVariables[issuer];
  const usual = env[variable] ?? '';
  const own = context !== null && (context.issuer ?? 'admin') === issuer ? context.key : undefined;
  if (own !== undefined && (named || usual === '')) {
    if ('file' in own) return readKeyFile(own.file);
    const key = env[own.env] ?? '';
    if (key !== '') return key;
    throw new Error(`${own.env} is not set: the context takes its key from it`);
  }
  if (usual !== '') return usual;
  throw new Error(`${variable} is not set: it holds the key that tokens of ${issuer} are signed with`);
}
