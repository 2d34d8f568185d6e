import { Command } from 'commander';
import { messageOf } from '#kernel';
import { HeketiClient } from '../client/heketi-client.js';
import { signToken } from '../client/token.js';
import { connectionOf, type ServerOptions } from '../context/connection.js';
import { reporting, strict } from './ask.js';
import { withServer } from './server-options.js';

/** The commands that speak Heketi's API. */
export function clientCommands(): Command[] {
  const token = strict(withServer(new Command('token')))
    .description('print a token for one request, five minutes long')
    .argument('<method>', 'such as GET')
    .argument('<path>', 'such as /volumes')
    .action(async (method: string, path: string, options: ServerOptions) =>
      reporting({}, async () => {
        const { issuer, key, actor } = await connectionOf(options);
        const claims = { issuer, key, method: method.toUpperCase(), path };
        process.stdout.write(`${signToken(actor === undefined ? claims : { ...claims, actor })}\n`);
        return undefined;
      }),
    );

  const request = strict(withServer(new Command('request')))
    .description('send a request, wait for its end, print the result as JSON')
    .argument('<method>', 'GET, POST or DELETE')
    .argument('<path>', 'such as /volumes')
    .argument('[body]', 'JSON')
    .action(async (method: string, path: string, body: string | undefined, options: ServerOptions) =>
      reporting({}, async () => {
        const client = new HeketiClient(await connectionOf(options));
        const verb = method.toUpperCase();
        if (verb !== 'GET' && verb !== 'POST' && verb !== 'DELETE')
          throw new Error(`${method} is not GET, POST or DELETE`);
        const sent: unknown = body === undefined ? undefined : parsed(body, 'the body');
        const result = await client.follow(verb, path, sent);
        if (result !== null) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
        return undefined;
      }),
    );

  return [token, request];
}

/** @throws Error naming what it is that is no JSON */
export function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${what} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}
