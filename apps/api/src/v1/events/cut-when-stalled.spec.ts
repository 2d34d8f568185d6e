import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import { cutWhenStalled } from './cut-when-stalled.js';

const STALL_MS = 200;
const open: (() => unknown)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A server of one endless answer, and a client that has asked for it. */
async function endless(
  chunk: string,
  everyMs: number,
): Promise<{ client: Socket; response: ServerResponse; cuts: () => number }> {
  let cuts = 0;
  const server = createServer((_request, response) => {
    cutWhenStalled(response, STALL_MS, () => (cuts += 1));
    Readable.from(
      (async function* () {
        for (;;) {
          yield chunk;
          await new Promise((resolve) => setTimeout(resolve, everyMs));
        }
      })(),
    ).pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const asked = once(server, 'request');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  open.push(
    () => client.destroy(),
    () => server.close(),
  );
  const [, response] = (await asked) as [unknown, ServerResponse];
  return { client, response, cuts: () => cuts };
}

it('cuts a client that takes nothing of what there is for it', async () => {
  const { client, response, cuts } = await endless('x'.repeat(1_000_000), 0);
  client.pause();
  await once(response, 'close');
  expect(cuts()).toBe(1);
});

it('lets one be that takes a little now and then, and one that is up to date', async () => {
  for (const [chunk, everyMs] of [
    ['x'.repeat(1_000_000), 0],
    ['x', STALL_MS / 4],
  ] as const) {
    const { client, response, cuts } = await endless(chunk, everyMs);
    client.pause();
    const end = performance.now() + STALL_MS * 5;
    while (performance.now() < end) {
      client.resume();
      await once(client, 'data');
      client.pause();
    }
    expect(cuts()).toBe(0);
    expect(response.destroyed).toBe(false);
    client.destroy();
    await once(response, 'close');
  }
});
