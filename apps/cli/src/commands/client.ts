import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { HeketiClient } from '../client/heketi-client.js';
import { type TokenIssuer, signToken } from '../client/token.js';
import { loadTopology, topologySchema } from '../client/topology.js';

interface ServerOptions {
  readonly server: string;
  readonly user: string;
}

/** Where the key of each issuer comes from. */
const keyNames: Readonly<Record<TokenIssuer, string>> = {
  admin: 'HEKETI_ADMIN_KEY',
  user: 'HEKETI_USER_KEY',
  auditor: 'BRICKYARD_AUDITOR_KEY',
};

function issuerOf(user: string): TokenIssuer {
  if (user !== 'admin' && user !== 'user' && user !== 'auditor')
    throw new Error(`--user must be admin, user or auditor, not ${user}`);
  return user;
}

/** The key comes from the environment only: arguments can be read by everybody on the machine. */
function keyOf(issuer: TokenIssuer): string {
  const name = keyNames[issuer];
  const key = process.env[name] ?? '';
  if (key === '') throw new Error(`${name} is not set: it holds the key that tokens of ${issuer} are signed with`);
  return key;
}

function clientOf({ server, user }: ServerOptions): HeketiClient {
  const issuer = issuerOf(user);
  return new HeketiClient({ baseUrl: server, issuer, key: keyOf(issuer) });
}

function withServer(command: Command): Command {
  return command
    .option('--server <url>', 'address of the server', process.env['HEKETI_CLI_SERVER'] ?? 'http://127.0.0.1:8080')
    .option('--user <issuer>', 'admin, user or auditor', process.env['HEKETI_CLI_USER'] ?? 'admin');
}

/** The commands that talk to a running server. */
export function clientCommands(): Command[] {
  const token = new Command('token')
    .description(
      'print a token for one request, five minutes long; keys come from HEKETI_ADMIN_KEY, HEKETI_USER_KEY, BRICKYARD_AUDITOR_KEY',
    )
    .argument('<method>', 'such as GET')
    .argument('<path>', 'such as /volumes')
    .option('--user <issuer>', 'admin, user or auditor', 'admin')
    .action((method: string, path: string, { user }: { user: string }) => {
      const issuer = issuerOf(user);
      process.stdout.write(`${signToken({ issuer, key: keyOf(issuer), method: method.toUpperCase(), path })}\n`);
    });

  const request = withServer(new Command('request'))
    .description('send a request, wait for its end, print the result as JSON')
    .argument('<method>', 'GET, POST or DELETE')
    .argument('<path>', 'such as /volumes')
    .argument('[body]', 'JSON')
    .action(async (method: string, path: string, body: string | undefined, options: ServerOptions) => {
      const client = clientOf(options);
      const verb = method.toUpperCase();
      if (verb !== 'GET' && verb !== 'POST' && verb !== 'DELETE')
        throw new Error(`${method} is not GET, POST or DELETE`);
      const sent: unknown = body === undefined ? undefined : JSON.parse(body);
      const result = await client.follow(verb, path, sent);
      if (result !== null) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    });

  const load = withServer(new Command('load'))
    .description("bring clusters, nodes and devices in from Heketi's topology file; what is there stays as it is")
    .requiredOption('--json <file>', 'the topology file')
    .action(async (options: ServerOptions & { json: string }) => {
      const topology = topologySchema.parse(JSON.parse(await readFile(options.json, 'utf8')));
      await loadTopology(clientOf(options), topology, (line) => process.stdout.write(`${line}\n`));
    });

  return [token, request, new Command('topology').description('clusters, nodes and devices').addCommand(load)];
}
