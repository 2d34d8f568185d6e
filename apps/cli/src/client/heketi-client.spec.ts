import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { HeketiClient } from './heketi-client.js';

let server: Server;
afterEach(() => server.close());

async function clientOf(poll: RequestListener): Promise<HeketiClient> {
  server = createServer((request, response) => {
    if (request.method === 'POST') response.writeHead(202, { location: '/queue/ab' }).end();
    else poll(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`;
  return new HeketiClient({ baseUrl, issuer: 'admin', key: 'k' });
}

const goesOn = 'what was accepted goes on: brickyard request GET /queue/ab tells its outcome';

it.each<[string, RequestListener, string]>([
  [
    'is refused',
    (_, response) => response.writeHead(503).end('The database is away\n'),
    `The database is away; ${goesOn}`,
  ],
  ['breaks off', ({ socket }) => socket.destroy(), goesOn],
])('tells where the outcome can be read when a poll %s', async (_how, poll, words) => {
  const client = await clientOf(poll);
  await expect(client.change('POST', '/volumes', {})).rejects.toThrow(words);
});

it('gives the words of an operation that failed as they are', async () => {
  const client = await clientOf((_, response) => response.writeHead(500).end('No space\n'));
  await expect(client.change('POST', '/volumes', {})).rejects.toMatchObject({ status: 500, message: 'No space' });
});
