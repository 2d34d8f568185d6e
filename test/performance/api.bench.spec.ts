import { createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { testKeys } from '#test/http-client';
import { startSystem, type TestSystem } from '#test/system';
import { HeketiClient } from '../../apps/cli/src/client/heketi-client.js';
import { loadTopology } from '../../apps/cli/src/client/topology.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closedLoop, type Measured, reportLine } from './load.js';

const NODES = 6;
const DEVICES = 4;
const body = { size: 10, durability: { type: 'replicate', replicate: { replica: 3 } } };

let system: TestSystem;
let client: HeketiClient;
let aVolume = '';

beforeAll(async () => {
  system = await startSystem();
  client = new HeketiClient({ baseUrl: system.base, issuer: 'admin', key: testKeys.admin });
  const nodes = Array.from({ length: NODES }, (_, n) => ({
    node: { hostnames: { manage: [`n${String(n)}`], storage: [`s${String(n)}`] }, zone: (n % 3) + 1 },
    devices: Array.from({ length: DEVICES }, (__, d) => ({ name: `/dev/vd${String.fromCharCode(98 + d)}` })),
  }));
  const started = performance.now();
  await loadTopology(client, { clusters: [{ file: true, block: true, nodes }] }, () => undefined);
  process.stdout.write(
    `topology load, ${String(NODES)} x ${String(DEVICES)}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
  );
});
afterAll(() => system.close());

it('creates volumes at a rate that does not fall with their number', async () => {
  for (const [from, calls] of [
    [0, 200],
    [200, 180],
  ] as const) {
    const measured = await closedLoop({ callers: 8, calls }, async () => {
      aVolume = (await client.change('POST', '/volumes', body)) ?? aVolume;
    });
    process.stdout.write(
      reportLine(`create replica 3, mock, 8 callers, volumes ${String(from)}-${String(from + calls)}`, measured),
    );
  }
  expect((await client.get<{ volumes: string[] }>('/volumes')).volumes).toHaveLength(380);
});

it('reads a volume at a share of what a bare server with the same token check does', async () => {
  const answer = JSON.stringify(await client.get(aVolume));
  const bare = http.createServer((request, response) => {
    const [, token = ''] = (request.headers.authorization ?? '').split(' ');
    const [head = '', claims = '', signature = ''] = token.split('.');
    const good = createHmac('sha256', testKeys.admin).update(`${head}.${claims}`).digest('base64url') === signature;
    response.writeHead(good ? 200 : 401, { 'content-type': 'application/json' }).end(answer);
  });
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  const bareBase = `http://127.0.0.1:${String((bare.address() as AddressInfo).port)}`;
  const read = (baseUrl: string): Promise<Measured> => {
    const reader = new HeketiClient({ baseUrl, issuer: 'admin', key: testKeys.admin });
    return closedLoop({ callers: 32, seconds: 4 }, () => reader.get(aVolume));
  };
  const reference = await read(bareBase);
  const measured = await read(system.base);
  bare.close();
  process.stdout.write(reportLine('GET from a bare server, 32 callers', reference));
  process.stdout.write(reportLine('GET /volumes/{id}, 32 callers, 380 volumes', measured, reference));
  expect(measured.perSecond).toBeGreaterThan(0);
});
