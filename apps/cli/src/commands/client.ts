import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { HeketiClient } from '../client/heketi-client.js';
import { signToken } from '../client/token.js';
import { loadTopology, topologySchema } from '../client/topology.js';
import { connectionOf, type ServerOptions } from '../context/connection.js';
import { withServer } from './server-options.js';

/** The commands that speak Heketi's API. */
export function clientCommands(): Command[] {
  const token = withServer(new Command('token'))
    .description('print a token for one request, five minutes long')
    .argument('<method>', 'such as GET')
    .argument('<path>', 'such as /volumes')
    .action(async (method: string, path: string, options: ServerOptions) => {
      const { issuer, key, actor } = await connectionOf(options);
      const claims = { issuer, key, method: method.toUpperCase(), path };
      process.stdout.write(`${signToken(actor === undefined ? claims : { ...claims, actor })}\n`);
    });

  const request = withServer(new Command('request'))
    .description('send a request, wait for its end, print the result as JSON')
    .argument('<method>', 'GET, POST or DELETE')
    .argument('<path>', 'such as /volumes')
    .argument('[body]', 'JSON')
    .action(async (method: string, path: string, body: string | undefined, options: ServerOptions) => {
      const client = new HeketiClient(await connectionOf(options));
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
      const client = new HeketiClient(await connectionOf(options));
      await loadTopology(client, topology, (line) => process.stdout.write(`${line}\n`));
    });

  return [token, request, new Command('topology').description('clusters, nodes and devices').addCommand(load)];
}
